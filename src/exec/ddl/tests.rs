//! DDL of one session and of several, on an engine in memory.

use std::sync::Arc;

use crate::catalog::{CatalogStore, PrimaryKey, Table};
use crate::error::Error;
use crate::exec::plan::{Ddl, Plan};
use crate::exec::testing::*;
use crate::sqlstate::SqlState;
use crate::txn::Isolation;
use crate::types::Kind;

async fn run(db: &Db, ddl: Ddl) -> Result<Vec<String>, Error> {
    let mut txn = db.begin(Isolation::ReadCommitted);
    let notices = db.ddl(&mut txn, &ddl).await?;
    txn.commit().await?;
    Ok(notices)
}

fn if_not_exists(table: Table) -> Ddl {
    Ddl::CreateTable {
        schema: table.schema,
        table: Box::new(table),
        if_not_exists: true,
    }
}

fn schema(name: &str, if_not_exists: bool) -> Ddl {
    Ddl::CreateSchema {
        database: POSTGRES,
        name: name.to_owned(),
        if_not_exists,
    }
}

fn drop_schema(names: &[&str], if_exists: bool, cascade: bool) -> Ddl {
    Ddl::DropSchema {
        database: POSTGRES,
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        if_exists,
        cascade,
    }
}

fn drop_database(name: &str, if_exists: bool) -> Ddl {
    Ddl::DropDatabase {
        name: name.to_owned(),
        if_exists,
        force: false,
    }
}

fn key_name(table: &Table) -> &str {
    match &table.key {
        PrimaryKey::Columns { name, .. } => name,
        PrimaryKey::RowId => "",
    }
}

#[tokio::test]
async fn an_empty_engine_gets_its_databases() {
    let db = Db::new().await;
    let catalog = db.catalog();
    let names: Vec<_> = catalog.databases().map(|d| d.name.as_str()).collect();
    assert_eq!(names, ["me", "postgres"]);
    assert!(catalog.has_role("me") && catalog.has_role("postgres"));
    for database in catalog.databases() {
        assert!(catalog.schema(database.id, "public").is_some());
    }
    // A second start changes nothing, and does not give oids again.
    let before = db.catalogs.allocate().await.unwrap();
    let again = CatalogStore::open(&db.engine, &["you".to_owned()])
        .await
        .unwrap();
    assert!(again.allocate().await.unwrap() > before);
    assert!(!db.catalog().has_role("you"));
}

#[tokio::test]
async fn tables_are_created_once() {
    let (db, t) = Db::with_table(kvstore()).await;
    assert_eq!(key_name(&t), "kvstore_pkey");
    assert!(t.columns[0].not_null && !t.columns[1].not_null);
    assert!(t.id.0 >= 16384 && t.space.0 != t.id.0);
    let error = run(&db, create(kvstore())).await.unwrap_err();
    assert_eq!(error.state(), SqlState::DuplicateTable);
    assert_eq!(error.message(), "relation \"kvstore\" already exists");
    assert_eq!(
        run(&db, if_not_exists(kvstore())).await.unwrap(),
        ["42P07 relation \"kvstore\" already exists, skipping"]
    );
    let index = table("kvstore_pkey", &[("k", Kind::Text)], &[0]);
    let error = run(&db, create(index)).await.unwrap_err();
    assert_eq!(error.message(), "relation \"kvstore_pkey\" already exists");
}

#[tokio::test]
async fn a_key_is_named_after_its_table() {
    let db = Db::new().await;
    let long = "é".repeat(31) + "x";
    run(&db, create(table(&long, &[("k", Kind::Text)], &[0])))
        .await
        .unwrap();
    assert_eq!(key_name(&db.table(&long)), "é".repeat(29) + "_pkey");
    run(&db, create(table("t_pkey", &[("k", Kind::Text)], &[])))
        .await
        .unwrap();
    run(&db, create(table("t", &[("k", Kind::Text)], &[0])))
        .await
        .unwrap();
    assert_eq!(key_name(&db.table("t")), "t_pkey1");
}

#[tokio::test]
async fn ddl_is_transactional() {
    let db = Db::new().await;
    let mut txn = db.begin(Isolation::ReadCommitted);
    db.ddl(&mut txn, &create(kvstore())).await.unwrap();
    let own = db.catalogs.at(&txn.own_view()).unwrap();
    let t = own.table(PUBLIC, "kvstore").unwrap();
    db.write(&mut txn, &insert_texts(t, &[("a", "1")]))
        .await
        .unwrap();
    assert_eq!(db.rows_in(&mut txn, all(t)).unwrap(), ["a|1"]);
    assert!(db.catalog().table(PUBLIC, "kvstore").is_none());
    assert_ne!(own.version, db.catalog().version);
    txn.rollback();
    assert!(db.catalog().table(PUBLIC, "kvstore").is_none());
    run(&db, create(kvstore())).await.unwrap();
    assert_eq!(db.rows(all(&db.table("kvstore"))).unwrap(), [""; 0]);
}

#[tokio::test]
async fn the_same_name_waits() {
    let db = Db::new().await;
    let mut first = db.begin(Isolation::ReadCommitted);
    db.ddl(&mut first, &create(kvstore())).await.unwrap();
    let (second, ()) = tokio::join!(run(&db, create(kvstore())), async {
        tokio::task::yield_now().await;
        first.commit().await.unwrap();
    });
    assert_eq!(second.unwrap_err().state(), SqlState::DuplicateTable);
}

#[tokio::test]
async fn truncate_and_drop() {
    let (db, t) = Db::with_table(kvstore()).await;
    db.commit(&insert_texts(&t, &[("a", "1")])).await.unwrap();
    run(
        &db,
        Ddl::Truncate {
            tables: vec![t.clone()],
        },
    )
    .await
    .unwrap();
    let empty = db.table("kvstore");
    assert_eq!(db.rows(all(&empty)).unwrap(), [""; 0]);
    assert!(empty.id == t.id && empty.space != t.space);
    db.commit(&insert_texts(&empty, &[("b", "2")]))
        .await
        .unwrap();
    let tables = vec![Ok(empty.clone()), Ok(empty.clone()), Err("gone".to_owned())];
    assert_eq!(
        run(
            &db,
            Ddl::DropTable {
                tables: tables.clone()
            }
        )
        .await
        .unwrap(),
        ["00000 table \"gone\" does not exist, skipping"]
    );
    let error = run(&db, Ddl::DropTable { tables }).await.unwrap_err();
    assert_eq!(error.state(), SqlState::UndefinedTable);
    run(&db, create(kvstore())).await.unwrap();
    assert_eq!(db.rows(all(&db.table("kvstore"))).unwrap(), [""; 0]);
}

/// A statement that was bound before another session changed its table.
#[tokio::test]
async fn a_write_meets_ddl() {
    let (db, t) = Db::with_table(kvstore()).await;
    let stale: Plan = insert_texts(&t, &[("a", "1")]);
    let mut writer = db.begin(Isolation::ReadCommitted);
    writer.start_statement();
    let context = db.context(&writer);
    run(
        &db,
        Ddl::Truncate {
            tables: vec![t.clone()],
        },
    )
    .await
    .unwrap();
    crate::exec::write(&stale, &context, &mut writer)
        .await
        .unwrap();
    writer.commit().await.unwrap();
    let now = db.table("kvstore");
    assert_eq!(db.rows(all(&now)).unwrap(), ["a|1"]);

    let mut writer = db.begin(Isolation::ReadCommitted);
    let context = db.context(&writer);
    run(
        &db,
        Ddl::DropTable {
            tables: vec![Ok(now.clone())],
        },
    )
    .await
    .unwrap();
    let error = crate::exec::write(&stale, &context, &mut writer)
        .await
        .unwrap_err();
    assert_eq!(error.state(), SqlState::UndefinedTable);
    assert_eq!(error.message(), "relation \"kvstore\" does not exist");
}

#[tokio::test]
async fn ddl_waits_for_writers() {
    let (db, t) = Db::with_table(kvstore()).await;
    let mut writer = db.begin(Isolation::ReadCommitted);
    db.write(&mut writer, &insert_texts(&t, &[("a", "1")]))
        .await
        .unwrap();
    let error = run(
        &db,
        Ddl::Truncate {
            tables: vec![t.clone()],
        },
    )
    .await
    .unwrap_err();
    assert_eq!(error.state(), SqlState::LockNotAvailable);
    writer.commit().await.unwrap();
    run(&db, Ddl::Truncate { tables: vec![t] }).await.unwrap();
}

#[tokio::test]
async fn schemas() {
    let db = Db::new().await;
    run(&db, schema("s", false)).await.unwrap();
    let error = run(&db, schema("s", false)).await.unwrap_err();
    assert_eq!(error.message(), "schema \"s\" already exists");
    assert_eq!(
        run(&db, schema("s", true)).await.unwrap(),
        ["42P06 schema \"s\" already exists, skipping"]
    );
    let error = run(&db, schema("pg_s", true)).await.unwrap_err();
    assert_eq!(error.state(), SqlState::ReservedName);
    assert_eq!(error.message(), "unacceptable schema name \"pg_s\"");

    let s = db.catalog().schema(POSTGRES, "s").unwrap().id;
    for name in ["b", "a"] {
        let table = Table {
            schema: s,
            ..table(name, &[("k", Kind::Text)], &[0])
        };
        run(&db, create(table)).await.unwrap();
    }
    let error = run(&db, drop_schema(&["s"], false, false))
        .await
        .unwrap_err();
    assert_eq!(
        (error.state(), error.message(), error.detail(), error.hint()),
        (
            SqlState::DependentObjectsStillExist,
            "cannot drop schema s because other objects depend on it",
            Some("table s.b depends on schema s\ntable s.a depends on schema s"),
            Some("Use DROP ... CASCADE to drop the dependent objects too.")
        )
    );
    assert_eq!(
        run(&db, drop_schema(&["s", "none", "s"], true, true))
            .await
            .unwrap(),
        [
            "00000 schema \"none\" does not exist, skipping",
            "00000 drop cascades to 2 other objects"
        ]
    );
    let error = run(&db, drop_schema(&["s"], false, true))
        .await
        .unwrap_err();
    assert_eq!(error.state(), SqlState::InvalidSchemaName);
    let late = Table {
        schema: s,
        ..kvstore()
    };
    let error = run(&db, create(late)).await.unwrap_err();
    assert_eq!(error.state(), SqlState::InvalidSchemaName);
}

#[tokio::test]
async fn databases() {
    let db = Db::new().await;
    let new = || Ddl::CreateDatabase {
        name: "app".to_owned(),
    };
    run(&db, new()).await.unwrap();
    let error = run(&db, new()).await.unwrap_err();
    assert_eq!(error.state(), SqlState::DuplicateDatabase);
    let id = db.database("app").id;
    let public = db.catalog().schema(id, "public").unwrap().id;
    let table = Table {
        schema: public,
        database: id,
        ..kvstore()
    };
    run(&db, create(table)).await.unwrap();
    run(&db, create(kvstore())).await.unwrap();
    run(&db, drop_database("app", false)).await.unwrap();
    assert!(db.catalog().schema_by_id(public).is_none());
    assert_eq!(db.catalog().tables(public).count(), 0);
    let kept: Arc<Table> = db.table("kvstore");
    assert_eq!(db.rows(all(&kept)).unwrap(), [""; 0]);
    let error = run(&db, drop_database("postgres", false))
        .await
        .unwrap_err();
    assert_eq!(error.state(), SqlState::ObjectInUse);
    let error = run(&db, drop_database("app", false)).await.unwrap_err();
    assert_eq!(error.state(), SqlState::InvalidCatalogName);
    assert_eq!(
        run(&db, drop_database("app", true)).await.unwrap(),
        ["00000 database \"app\" does not exist, skipping"]
    );
}
