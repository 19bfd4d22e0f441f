//! The table of locks.
//!
//! Locks are kept to the end of a transaction. Whoever finds a lock taken queues behind those who
//! wait already, so that a stream of shared locks never starves an exclusive one; the one who gives
//! a lock back hands it to the first in the queue. Only an upgrade from shared to exclusive goes to
//! the head of the queue, because everybody else there waits for it anyway.
//!
//! The table is divided into shards by the hash of what is locked, each behind a mutex that is held
//! for a few dozen nanoseconds. A cycle of waiters is looked for by whoever begins to wait while
//! others wait for it, and so may close one, and again by a waiter that has waited for
//! [`DEADLOCK_DELAY`]; under all the shards' mutexes at once, so what it sees is exact.

use std::collections::hash_map::{HashMap, RandomState};
use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::storage::SpaceId;
use crate::types::Interrupt;

/// How many shards there are: with far more than there are cores, two threads rarely meet in one.
const SHARDS: usize = 64;

/// How long a waiter waits before it looks for a deadlock. Looking costs microseconds and stops the
/// table for that long, so it is not done in every short wait; PostgreSQL's `deadlock_timeout` is
/// 1 s because looking is dearer there. Each further look waits twice as long.
const DEADLOCK_DELAY: Duration = Duration::from_millis(50);

/// What can be locked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Resource {
    /// A row, by its space and key. The row need not exist.
    Row(SpaceId, Bytes),
    /// A table, by its oid: statements that write it share it, DDL has it alone.
    Table(u32),
    /// A name that DDL is about to create or drop, by its owner (schema, database) and text.
    Name(u32, Bytes),
}

/// How it is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockMode {
    /// With others.
    Shared,
    /// Alone.
    Exclusive,
}

/// All locks that are held or waited for.
#[derive(Debug)]
pub struct LockTable {
    shards: Box<[Mutex<Shard>]>,
    hasher: RandomState,
    /// What each waiting owner waits for. Taken after a shard, never before.
    waiting: Mutex<HashMap<Owner, Hashed>>,
    next_owner: AtomicU64,
}

type Shard = HashMap<Hashed, Lock, BuildHasherDefault<Identity>>;

/// A resource and its hash, which chooses the shard and is used again within it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hashed {
    hash: u64,
    resource: Resource,
}

impl Hashed {
    /// The number of its shard, from bits that the maps do not look at first.
    fn shard(&self) -> usize {
        (self.hash >> 32) as usize % SHARDS
    }

    /// Bytes of the key or name in it.
    fn bytes(&self) -> usize {
        match &self.resource {
            Resource::Row(_, key) | Resource::Name(_, key) => key.len(),
            Resource::Table(_) => 0,
        }
    }
}

impl Hash for Hashed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// The hasher of what is hashed already.
#[derive(Debug, Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Who holds locks: a transaction, by a number that is not used again.
type Owner = u64;

/// One lock: held by somebody, or it is not in the table.
#[derive(Debug)]
struct Lock {
    mode: LockMode,
    /// One, or several if the mode is shared.
    holder: Owner,
    /// The others that share it.
    sharers: Vec<Owner>,
    queue: VecDeque<Waiter>,
}

#[derive(Debug)]
struct Waiter {
    owner: Owner,
    mode: LockMode,
    /// Told when the lock is the waiter's.
    grant: oneshot::Sender<()>,
}

impl Default for LockTable {
    fn default() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            waiting: Mutex::default(),
            next_owner: AtomicU64::new(1),
        }
    }
}

impl Lock {
    fn is_held_by(&self, owner: Owner) -> bool {
        self.holder == owner || self.sharers.contains(&owner)
    }

    /// Whether nobody but `owner` holds it.
    fn is_alone(&self, owner: Owner) -> bool {
        self.holder == owner && self.sharers.is_empty()
    }

    /// Whether the lock as it is held lets `owner` have it too.
    fn admits(&self, owner: Owner, mode: LockMode) -> bool {
        match (self.mode, mode) {
            (LockMode::Shared, LockMode::Shared) => true,
            _ => self.is_alone(owner),
        }
    }

    /// Gives it to an owner that it admits.
    fn give(&mut self, owner: Owner, mode: LockMode) {
        if self.is_held_by(owner) {
            if mode == LockMode::Exclusive {
                self.mode = mode;
            }
        } else {
            self.sharers.push(owner);
        }
    }

    /// Takes it from an owner. Whether nobody holds it now.
    fn take(&mut self, owner: Owner) -> bool {
        if self.holder == owner {
            match self.sharers.pop() {
                Some(sharer) => self.holder = sharer,
                None => return true,
            }
        } else if let Some(place) = self.sharers.iter().position(|sharer| *sharer == owner) {
            self.sharers.swap_remove(place);
        }
        false
    }

    /// Those that the waiter at a place in the queue waits for: who holds the lock, and who queues
    /// before it unless they could share it.
    fn blockers(&self, place: usize) -> impl Iterator<Item = Owner> {
        let (owner, mode) = (self.queue[place].owner, self.queue[place].mode);
        let holders = std::iter::once(self.holder).chain(self.sharers.iter().copied());
        let shares = move |other: &&Waiter| mode == LockMode::Shared && other.mode == mode;
        let before = self
            .queue
            .iter()
            .take(place)
            .filter(move |other| !shares(other));
        // An upgrade does not wait for itself.
        holders
            .chain(before.map(|waiter| waiter.owner))
            .filter(move |blocker| *blocker != owner)
    }
}

/// The locks of one owner. They are given back when it is dropped.
#[derive(Debug)]
pub struct Held {
    table: Arc<LockTable>,
    owner: Owner,
    resources: Vec<Hashed>,
    /// Bytes of the keys among them.
    bytes: usize,
}

/// How an attempt to take a lock at once ended.
enum Attempt {
    /// The owner had it already.
    Had,
    /// The owner has it now.
    Taken,
    /// It is taken, or, if the owner shares it, shared by others: wait for this.
    Queued {
        granted: oneshot::Receiver<()>,
        shares: bool,
    },
    /// It is taken, and the owner did not want to wait.
    Refused,
}

impl LockTable {
    /// A new owner, without locks.
    pub fn owner(self: &Arc<Self>) -> Held {
        let owner = self.next_owner.fetch_add(1, Ordering::Relaxed);
        Held {
            table: self.clone(),
            owner,
            resources: Vec::new(),
            bytes: 0,
        }
    }

    /// Whether nothing is locked.
    pub fn is_empty(&self) -> bool {
        self.shards.iter().all(|shard| lock(shard).is_empty())
    }

    fn hashed(&self, resource: Resource) -> Hashed {
        Hashed {
            hash: self.hasher.hash_one(&resource),
            resource,
        }
    }

    fn shard(&self, resource: &Hashed) -> MutexGuard<'_, Shard> {
        lock(&self.shards[resource.shard()])
    }

    fn attempt(&self, owner: Owner, resource: &Hashed, mode: LockMode, wait: bool) -> Attempt {
        let mut shard = self.shard(resource);
        let Some(held) = shard.get_mut(resource) else {
            let lock = Lock {
                mode,
                holder: owner,
                sharers: Vec::new(),
                queue: VecDeque::new(),
            };
            shard.insert(resource.clone(), lock);
            return Attempt::Taken;
        };
        let upgrades = held.is_held_by(owner);
        if upgrades && (held.mode == LockMode::Exclusive || mode == LockMode::Shared) {
            return Attempt::Had;
        }
        if held.admits(owner, mode) && (upgrades || held.queue.is_empty()) {
            held.give(owner, mode);
            return if upgrades {
                Attempt::Had
            } else {
                Attempt::Taken
            };
        }
        if !wait {
            return Attempt::Refused;
        }
        let (grant, granted) = oneshot::channel();
        let waiter = Waiter { owner, mode, grant };
        if upgrades {
            held.queue.push_front(waiter);
        } else {
            held.queue.push_back(waiter);
        }
        lock(&self.waiting).insert(owner, resource.clone());
        Attempt::Queued {
            granted,
            shares: upgrades,
        }
    }

    fn release(&self, owner: Owner, resource: &Hashed) {
        let mut shard = self.shard(resource);
        if let Some(held) = shard.get_mut(resource)
            && held.is_held_by(owner)
        {
            let free = held.take(owner);
            if self.hand_on(held, free) {
                shard.remove(resource);
            }
        }
    }

    /// Takes an owner out of a queue, if it is still there.
    fn leave(&self, owner: Owner, resource: &Hashed) {
        let mut shard = self.shard(resource);
        self.leave_shard(&mut shard, owner, resource);
    }

    fn leave_shard(&self, shard: &mut Shard, owner: Owner, resource: &Hashed) {
        if let Some(held) = shard.get_mut(resource)
            && let Some(place) = held.queue.iter().position(|waiter| waiter.owner == owner)
        {
            held.queue.remove(place);
            lock(&self.waiting).remove(&owner);
            // Those behind it may have waited for it alone.
            self.hand_on(held, false);
        }
    }

    /// Gives a lock to those at the head of its queue that can have it; `free` says that nobody
    /// holds it. Whether nobody holds it afterwards.
    fn hand_on(&self, held: &mut Lock, mut free: bool) -> bool {
        while let Some(first) = held.queue.front() {
            if !free && !held.admits(first.owner, first.mode) {
                break;
            }
            let Some(first) = held.queue.pop_front() else {
                break;
            };
            lock(&self.waiting).remove(&first.owner);
            if free {
                (held.holder, held.mode) = (first.owner, first.mode);
                free = false;
            } else {
                held.give(first.owner, first.mode);
            }
            // An owner that no longer listens has the lock among those it will release.
            let _ = first.grant.send(());
        }
        free
    }

    /// Looks for a cycle of waiters through `owner`, which waits for `resource`; if there is one,
    /// takes it out of the queue, so that only one of the cycle is a victim.
    fn breaks_deadlock(&self, owner: Owner, resource: &Hashed) -> bool {
        let mut shards: Vec<_> = self.shards.iter().map(lock).collect();
        let waiting = lock(&self.waiting).clone();
        let (mut seen, mut next) = (HashSet::new(), vec![owner]);
        let mut found = false;
        while let Some(waiter) = next.pop() {
            let Some(wanted) = waiting.get(&waiter) else {
                continue;
            };
            let Some(held) = shards[wanted.shard()].get(wanted) else {
                continue;
            };
            let Some(at) = held.queue.iter().position(|w| w.owner == waiter) else {
                continue;
            };
            for blocker in held.blockers(at) {
                found |= blocker == owner;
                if seen.insert(blocker) {
                    next.push(blocker);
                }
            }
        }
        if found {
            self.leave_shard(&mut shards[resource.shard()], owner, resource);
        }
        found
    }
}

impl Held {
    /// Waits for a lock. `timeout` is `lock_timeout`. When the wait ends in an error, or its future
    /// is dropped, the queue is left.
    pub async fn lock(
        &mut self,
        resource: Resource,
        mode: LockMode,
        timeout: Option<Duration>,
        interrupt: &Interrupt,
    ) -> Result<()> {
        let resource = self.table.hashed(resource);
        match self.table.attempt(self.owner, &resource, mode, true) {
            Attempt::Had => Ok(()),
            Attempt::Taken => {
                self.keep(resource);
                Ok(())
            }
            Attempt::Queued { granted, shares } => {
                // It is kept from now on: if it is granted while this future is dropped, it is
                // released with the others. Releasing what was not granted does nothing.
                if !shares {
                    self.keep(resource.clone());
                }
                self.wait(&resource, granted, timeout, interrupt).await
            }
            Attempt::Refused => Err(Error::internal("a lock was refused to one who would wait")),
        }
    }

    /// Takes a lock if that needs no wait. Whether it was taken.
    pub fn try_lock(&mut self, resource: Resource, mode: LockMode) -> bool {
        let resource = self.table.hashed(resource);
        match self.table.attempt(self.owner, &resource, mode, false) {
            Attempt::Had => true,
            Attempt::Taken => {
                self.keep(resource);
                true
            }
            Attempt::Queued { .. } | Attempt::Refused => false,
        }
    }

    /// Whether others wait for a lock of this owner, who is about to wait for `resource`: only then
    /// can that close a cycle. An increment of one hot key holds nothing that others wait for, and
    /// does not look.
    fn is_waited_for(&self, resource: &Hashed) -> bool {
        self.resources.iter().any(|held| {
            let shard = self.table.shard(held);
            let others = |lock: &Lock| lock.queue.iter().any(|w| w.owner != self.owner);
            let is_held = |lock: &Lock| held != resource || lock.is_held_by(self.owner);
            shard
                .get(held)
                .is_some_and(|lock| others(lock) && is_held(lock))
        })
    }

    /// Gives back the locks but for the first `count`: those taken since there were so many.
    pub fn release_since(&mut self, count: usize) {
        for resource in self.resources.split_off(count.min(self.resources.len())) {
            self.bytes -= resource.bytes();
            self.table.release(self.owner, &resource);
        }
    }

    /// How many locks there are.
    pub fn count(&self) -> usize {
        self.resources.len()
    }

    /// Bytes of the keys that are locked.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn keep(&mut self, resource: Hashed) {
        self.bytes += resource.bytes();
        self.resources.push(resource);
    }

    async fn wait(
        &self,
        resource: &Hashed,
        mut granted: oneshot::Receiver<()>,
        timeout: Option<Duration>,
        interrupt: &Interrupt,
    ) -> Result<()> {
        let place = Place {
            table: &self.table,
            owner: self.owner,
            resource,
        };
        if self.is_waited_for(resource) && place.table.breaks_deadlock(place.owner, place.resource)
        {
            return Err(deadlock());
        }
        let started = Instant::now();
        let deadline = timeout.map(|timeout| started + timeout);
        let (mut look_at, mut delay) = (started + DEADLOCK_DELAY, DEADLOCK_DELAY);
        loop {
            tokio::select! {
                biased;
                _ = &mut granted => return Ok(()),
                error = interrupt.raised() => return Err(error),
                () = sleep_until(deadline.unwrap_or(look_at)), if deadline.is_some() => {
                    return Err(Error::new(
                        SqlState::LockNotAvailable,
                        "canceling statement due to lock timeout",
                    ));
                }
                () = sleep_until(look_at) => {
                    if place.table.breaks_deadlock(place.owner, place.resource) {
                        return Err(deadlock());
                    }
                    delay *= 2;
                    look_at = Instant::now() + delay;
                }
            }
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        for resource in &self.resources {
            self.table.release(self.owner, resource);
        }
    }
}

/// A place in a queue. Dropping it leaves the queue.
struct Place<'a> {
    table: &'a LockTable,
    owner: Owner,
    resource: &'a Hashed,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.table.leave(self.owner, self.resource);
    }
}

fn deadlock() -> Error {
    Error::new(SqlState::DeadlockDetected, "deadlock detected")
        .with_hint("See server log for query details.")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
