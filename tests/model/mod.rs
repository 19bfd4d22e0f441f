//! Random statements against a model: a BTreeMap that does what the SQL says must agree with the server, step by step.
//!
//! One session runs INSERT, upsert, UPDATE, DELETE, reads by key and by range, transactions and savepoints, in simple
//! and extended protocol, on a table with a simple and one with a composite key. `KEYWIRE_MODEL_STEPS` says how many
//! statements; a failure prints the seed and the last of them.

mod statements;
mod store;

use crate::support::client::Failure;
use crate::support::number_from_env;
use crate::support::random::Random;
use crate::support::subject::Subject;
use statements::{Step, make_step};
use std::collections::VecDeque;
use store::Model;

/// How many statements a failure shows.
const SHOWN: usize = 25;

#[test]
fn a_server_is_a_sorted_map() {
    let steps = number_from_env("KEYWIRE_MODEL_STEPS", 4000);
    let mut random = Random::from_env("model");
    let subject = Subject::start();
    let mut client = subject.connect();
    client.query(statements::TABLES);
    let (mut model, mut history) = (Model::default(), VecDeque::new());
    for number in 0..steps {
        let step = make_step(&mut random);
        history.push_back(format!("{number}: {step}"));
        if history.len() > SHOWN {
            history.pop_front();
        }
        let wanted = model.apply(&step);
        let answer = if random.one_in(2) {
            client.try_query(&step.with_literals())
        } else {
            client.try_execute(&step.sql(), &step.parameters())
        };
        let got = match answer {
            Ok(reply) => Ok(store::Answer {
                tag: reply.tags.concat(),
                rows: reply.rows,
            }),
            Err(Failure { sqlstate, .. }) => Err(sqlstate),
        };
        assert_eq!(
            got,
            wanted,
            "(server, model) after:\n{}",
            Vec::from(history).join("\n")
        );
    }
    client.query("ROLLBACK");
    model.apply(&Step::Rollback).unwrap();
    for (name, sql) in statements::DUMPS {
        assert_eq!(
            client.query(sql).rows,
            model.dump(name),
            "{name} at the end"
        );
    }
}
