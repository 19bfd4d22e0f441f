//! The clauses of CREATE TABLE that are refused.

use sqlparser::ast::{self, CreateTableOptions, HiveDistributionStyle};

use super::Binder;
use crate::error::{Error, Result};

impl Binder<'_> {
    /// Every clause of CREATE TABLE that is not used is refused; most are no PostgreSQL at all.
    pub(super) fn refuse_table_clauses(&self, create: &ast::CreateTable) -> Result<()> {
        let ast::CreateTable {
            or_replace,
            temporary,
            unlogged,
            external,
            dynamic,
            global,
            if_not_exists: _,
            transient,
            volatile,
            iceberg,
            snapshot,
            name: _,
            columns: _,
            constraints: _,
            hive_distribution,
            hive_formats,
            table_options,
            file_format,
            location,
            query,
            without_rowid,
            like,
            clone,
            version,
            comment,
            on_commit,
            on_cluster,
            primary_key,
            order_by,
            partition_by,
            cluster_by,
            clustered_by,
            inherits,
            partition_of,
            for_values,
            strict,
            copy_grants,
            enable_schema_evolution,
            change_tracking,
            data_retention_time_in_days,
            max_data_extension_time_in_days,
            default_ddl_collation,
            with_aggregation_policy,
            with_row_access_policy,
            with_storage_lifecycle_policy,
            with_tags,
            external_volume,
            with_connection,
            base_location,
            catalog,
            catalog_sync,
            storage_serialization_policy,
            target_lag,
            warehouse,
            refresh_mode,
            initialize,
            require_user,
            diststyle,
            distkey,
            sortkey,
            backup,
            multiset,
            fallback,
            with_data,
        } = create;
        match table_options {
            CreateTableOptions::None => {}
            CreateTableOptions::With(_) => return Err(Error::unsupported("WITH in CREATE TABLE")),
            CreateTableOptions::Options(_)
            | CreateTableOptions::Plain(_)
            | CreateTableOptions::TableProperties(_) => {
                return Err(Error::unsupported("an option of CREATE TABLE"));
            }
        }
        let is_spread = *hive_distribution != HiveDistributionStyle::NONE;
        self.refuse_any(&[
            (is_spread, "PARTITIONED BY"),
            (*or_replace, "OR REPLACE"),
            (*temporary, "TEMPORARY"),
            (*unlogged, "UNLOGGED"),
            (query.is_some(), "CREATE TABLE AS"),
            (like.is_some(), "LIKE in CREATE TABLE"),
            (on_commit.is_some(), "ON COMMIT"),
            (partition_by.is_some(), "PARTITION BY"),
            (inherits.is_some(), "INHERITS"),
            (partition_of.is_some(), "PARTITION OF"),
            (for_values.is_some(), "FOR VALUES"),
            (with_data.is_some(), "WITH DATA"),
            (
                *external
                    || *dynamic
                    || global.is_some()
                    || *transient
                    || *volatile
                    || *iceberg
                    || *snapshot
                    || hive_formats.is_some()
                    || file_format.is_some()
                    || location.is_some()
                    || *without_rowid
                    || clone.is_some()
                    || version.is_some()
                    || comment.is_some()
                    || on_cluster.is_some()
                    || primary_key.is_some()
                    || order_by.is_some()
                    || cluster_by.is_some()
                    || clustered_by.is_some()
                    || *strict
                    || *copy_grants
                    || enable_schema_evolution.is_some()
                    || change_tracking.is_some()
                    || data_retention_time_in_days.is_some()
                    || max_data_extension_time_in_days.is_some()
                    || default_ddl_collation.is_some()
                    || with_aggregation_policy.is_some()
                    || with_row_access_policy.is_some()
                    || with_storage_lifecycle_policy.is_some()
                    || with_tags.is_some()
                    || external_volume.is_some()
                    || with_connection.is_some()
                    || base_location.is_some()
                    || catalog.is_some()
                    || catalog_sync.is_some()
                    || storage_serialization_policy.is_some()
                    || target_lag.is_some()
                    || warehouse.is_some()
                    || refresh_mode.is_some()
                    || initialize.is_some()
                    || *require_user
                    || diststyle.is_some()
                    || distkey.is_some()
                    || sortkey.is_some()
                    || backup.is_some()
                    || multiset.is_some()
                    || fallback.is_some(),
                "a clause of another dialect in CREATE TABLE",
            ),
        ])
    }
}
