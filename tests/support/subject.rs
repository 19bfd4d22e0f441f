//! The server under test as black-box tests see it: an address, and a database that nobody else uses.
//!
//! By default that is a keywire of its own for every test. With `KEYWIRE_TEST_SUBJECT=host:port` it is a new database
//! on the server there; with `KEYWIRE_TEST_SUBJECT=postgres` on the PostgreSQL that the tests start, which is how a
//! test is tried before it judges keywire.

use super::client::Client;
use super::postgres;
use super::server::Server;
use std::sync::atomic::{AtomicU32, Ordering};

pub struct Subject {
    pub address: String,
    pub database: String,
    server: Option<Server>,
}

impl Subject {
    pub fn start() -> Subject {
        Subject::start_with(&[])
    }

    /// The same with flags, which are for keywire: another subject is as it is.
    pub fn start_with(flags: &[&str]) -> Subject {
        match std::env::var("KEYWIRE_TEST_SUBJECT") {
            Ok(name) if name == "postgres" => Subject::on(postgres::shared().address()),
            Ok(address) => Subject::on(address),
            Err(_) => {
                let server = Server::start(flags);
                Subject {
                    address: server.address(),
                    database: "postgres".into(),
                    server: Some(server),
                }
            }
        }
    }

    /// A new database on a server that runs already.
    pub fn on(address: String) -> Subject {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let database = format!("subject_{}_{number}", std::process::id());
        Client::connect(&address, "postgres").query(&format!("CREATE DATABASE {database}"));
        Subject {
            address,
            database,
            server: None,
        }
    }

    pub fn connect(&self) -> Client {
        Client::connect(&self.address, &self.database)
    }

    pub fn host(&self) -> &str {
        self.address.rsplit_once(':').unwrap().0
    }

    pub fn port(&self) -> &str {
        self.address.rsplit_once(':').unwrap().1
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        if self.server.is_none()
            && let Ok(mut admin) = Client::try_connect(&self.address, "postgres")
        {
            let _ = admin.try_query(&format!(
                "DROP DATABASE IF EXISTS {} WITH (FORCE)",
                self.database
            ));
        }
    }
}
