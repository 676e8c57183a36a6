# The public names of dagwire, as Dagster spells them, and the module of each; `__init__.py` loads them by this list.

from . import components
from .config.environments.environment import environment
from .config.environments.profiles import Profiles, ProfileSettings
from .config.explain.env_template import env_template
from .config.explain.explained_values import Explained
from .config.files.file_relative_path import file_relative_path
from .config.files.run_config import RunConfig
from .config.files.run_config_files import config_from_files, config_from_pkg_resources, config_from_yaml_strings
from .config.schema.config import Config, PermissiveConfig
from .config.schema.config_types import (
    Array,
    Field,
    Map,
    Noneable,
    Permissive,
    ScalarUnion,
    Selector,
    Shape,
)
from .config.schema.enum_config_type import Enum, EnumValue
from .config.schema.scalar_config_types import BoolSource, IntSource, StringSource
from .config.settings.settings_provider import SettingsProvider
from .config.settings.settings_schema import settings_schema
from .config.values.env_var import EnvVar
from .config.values.secrecy import SecretField
from .containers.build_init_resource_context import UnboundInitResourceContext, build_init_resource_context
from .containers.build_resources import abuild_resources, build_resources
from .containers.check_health import Health, acheck_health, check_health
from .containers.current_scope import current_scope
from .containers.diff_environments import diff_environments
from .containers.explain import explain
from .containers.inject import inject
from .containers.overrides import override
from .containers.process_scope import process_scope
from .containers.resource_provider import ResourceProvider
from .dagster_error_names import (
    DagsterConfigMappingFunctionError,
    DagsterError,
    DagsterExecutionInterruptedError,
    DagsterExecutionStepExecutionError,
    DagsterExecutionStepNotFoundError,
    DagsterInvalidConfigDefinitionError,
    DagsterInvalidConfigError,
    DagsterInvalidDefinitionError,
    DagsterInvalidInvocationError,
    DagsterInvalidPropertyError,
    DagsterInvalidSubsetError,
    DagsterInvariantViolationError,
    DagsterResourceFunctionError,
    DagsterStepOutputNotFoundError,
    DagsterTypeCheckDidNotPass,
    DagsterTypeCheckError,
    DagsterUnknownPartitionError,
    DagsterUnknownResourceError,
    DagsterUserCodeExecutionError,
)
from .dagster_warnings import BetaWarning, ConfigArgumentWarning, PreviewWarning, SupersessionWarning
from .definitions.asset_value_loader import AssetValueLoader
from .definitions.assets.asset import asset
from .definitions.assets.asset_check import AssetChecksDefinition, asset_check, multi_asset_check
from .definitions.assets.assets_definition import AssetsDefinition, map_asset_specs
from .definitions.assets.freshness_checks import build_last_update_freshness_checks
from .definitions.assets.metadata_checks import build_column_schema_change_checks, build_metadata_bounds_checks
from .definitions.assets.multi_asset import multi_asset
from .definitions.assets.selection import AssetSelection
from .definitions.assets.source_asset import SourceAsset
from .definitions.assets.source_code_references import with_source_code_references
from .definitions.automation.asset_sensor import AssetSensorDefinition, asset_sensor
from .definitions.automation.multi_asset_context import (
    MultiAssetSensorEvaluationContext,
    build_multi_asset_sensor_context,
)
from .definitions.automation.multi_asset_sensor import MultiAssetSensorDefinition, multi_asset_sensor
from .definitions.automation.partitioned_schedule import build_schedule_from_partitioned_job
from .definitions.automation.run_status_context import (
    RunFailureSensorContext,
    RunStatusSensorContext,
    build_run_status_sensor_context,
)
from .definitions.automation.run_status_sensor import (
    RunStatusSensorDefinition,
    run_failure_sensor,
    run_status_sensor,
)
from .definitions.automation.schedule import ScheduleDefinition, schedule
from .definitions.automation.schedule_context import (
    DefaultScheduleStatus,
    ScheduleEvaluationContext,
    build_schedule_context,
)
from .definitions.automation.sensor import SensorDefinition, sensor
from .definitions.automation.sensor_context import (
    DefaultSensorStatus,
    SensorEvaluationContext,
    build_sensor_context,
)
from .definitions.automation.tick_results import SensorResult, SkipReason, TickResult
from .definitions.definitions import Definitions
from .definitions.jobs.asset_job import UnresolvedAssetJobDefinition, define_asset_job
from .definitions.jobs.graph import GraphDefinition
from .definitions.jobs.graph_decorator import GraphIn, GraphOut, graph
from .definitions.jobs.job import JobDefinition
from .definitions.jobs.job_decorator import job
from .definitions.jobs.partitioned_config import (
    Partition,
    PartitionedConfig,
    daily_partitioned_config,
    dynamic_partitioned_config,
    hourly_partitioned_config,
    monthly_partitioned_config,
    partitioned_config,
    static_partitioned_config,
    weekly_partitioned_config,
)
from .definitions.jobs.reconstructable import reconstructable
from .definitions.jobs.run_request import RunRequest
from .definitions.loading.lazy_definitions import LazyDefinitions, definitions
from .definitions.loading.load_assets import (
    load_asset_checks_from_current_module,
    load_asset_checks_from_modules,
    load_asset_checks_from_package_module,
    load_asset_checks_from_package_name,
    load_assets_from_current_module,
    load_assets_from_modules,
    load_assets_from_package_module,
    load_assets_from_package_name,
)
from .definitions.loading.load_definitions import (
    load_definitions_from_current_module,
    load_definitions_from_module,
    load_definitions_from_modules,
    load_definitions_from_package_module,
    load_definitions_from_package_name,
)
from .definitions.loading.load_defs import load_defs, load_from_defs_folder
from .definitions.ops.config_mapping import ConfigMapping, config_mapping
from .definitions.ops.graph_asset import graph_asset
from .definitions.ops.graph_by_hand import (
    DependencyDefinition,
    InputMapping,
    MultiDependencyDefinition,
    NodeInvocation,
    OutputMapping,
)
from .definitions.ops.graph_multi_asset import graph_multi_asset
from .definitions.ops.ins_and_outs import DynamicOut, In, Out
from .definitions.ops.observable_source_asset import observable_source_asset
from .definitions.ops.op import OpDefinition
from .definitions.ops.op_decorator import op
from .definitions.partitions.calendar_partitions import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    WeeklyPartitionsDefinition,
)
from .definitions.partitions.dynamic_partitions import (
    AddDynamicPartitionsRequest,
    DeleteDynamicPartitionsRequest,
    DynamicPartitionsDefinition,
)
from .definitions.partitions.multi_partition_mapping import (
    DimensionPartitionMapping,
    MultiPartitionMapping,
    MultiToSingleDimensionPartitionMapping,
)
from .definitions.partitions.multi_partitions import MultiPartitionKey, MultiPartitionsDefinition
from .definitions.partitions.partition_key_range import PartitionKeyRange, TimeWindow
from .definitions.partitions.partition_loading import partition_loading_context
from .definitions.partitions.partition_mapping import (
    AllPartitionMapping,
    IdentityPartitionMapping,
    LastPartitionMapping,
    PartitionMapping,
    SpecificPartitionsPartitionMapping,
    StaticPartitionMapping,
    UpstreamPartitionsResult,
)
from .definitions.partitions.partitions import (
    BackfillPolicy,
    PartitionsDefinition,
    StaticPartitionsDefinition,
)
from .definitions.partitions.partitions_subset import (
    DefaultPartitionsSubset,
    PartitionsSubset,
    TimeWindowPartitionsSubset,
)
from .definitions.partitions.time_window_mapping import TimeWindowPartitionMapping
from .definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from .definitions.repository import RepositoryDefinition
from .definitions.repository_decorator import repository
from .definitions.specs.asset_dep import AssetDep
from .definitions.specs.asset_events import AssetMaterialization, AssetObservation, ExpectationResult
from .definitions.specs.asset_in_and_out import AssetIn, AssetOut
from .definitions.specs.asset_key import AssetKey
from .definitions.specs.asset_spec import AssetSpec
from .definitions.specs.auto_materialize_rule import AutoMaterializeRule
from .definitions.specs.automation_condition import AutoMaterializePolicy, AutomationCondition
from .definitions.specs.check_results import AssetCheckEvaluation, AssetCheckKey, AssetCheckResult, AssetCheckSeverity
from .definitions.specs.check_spec import AssetCheckSpec
from .definitions.specs.code_references import CodeReferencesMetadataValue, LocalFileCodeReference, UrlCodeReference
from .definitions.specs.data_version import DataVersion
from .definitions.specs.executor_definition import (
    ExecutorDefinition,
    in_process_executor,
    multi_or_in_process_executor,
    multiprocess_executor,
)
from .definitions.specs.freshness_policy import FreshnessPolicy
from .definitions.specs.metadata import (
    BoolMetadataValue,
    DagsterAssetMetadataValue,
    DagsterJobMetadataValue,
    DagsterRunMetadataValue,
    FloatMetadataValue,
    IntMetadataValue,
    JsonMetadataValue,
    MarkdownMetadataValue,
    MetadataValue,
    NotebookMetadataValue,
    NullMetadataValue,
    PathMetadataValue,
    PoolMetadataValue,
    PythonArtifactMetadataValue,
    TableColumnLineageMetadataValue,
    TableMetadataValue,
    TableSchemaMetadataValue,
    TextMetadataValue,
    TimestampMetadataValue,
    UrlMetadataValue,
)
from .definitions.specs.observe_results import DataVersionsByPartition, ObserveResult
from .definitions.specs.results import DynamicOutput, MaterializeResult, Output
from .definitions.specs.retries import Backoff, Failure, Jitter, RetryPolicy, RetryRequested
from .definitions.specs.table_metadata import (
    TableColumn,
    TableColumnConstraints,
    TableColumnDep,
    TableColumnLineage,
    TableConstraints,
    TableRecord,
    TableSchema,
)
from .definitions.steps.bound_resources import with_resources
from .definitions.steps.build_io_contexts import build_input_context, build_output_context
from .definitions.steps.hook import HookDefinition, HookExecutionResult, event_list_hook, failure_hook, success_hook
from .definitions.tables.db_io_manager import DbClient, DbIOManager, DbTypeHandler
from .definitions.tables.table_metadata_set import TableMetadataSet
from .definitions.tables.table_slice import (
    TablePartitionDimension,
    TableSlice,
    escape_sql_string_literal,
    static_where_clause,
)
from .definitions.value_types.class_types import PythonObjectDagsterType
from .definitions.value_types.dagster_type import DagsterType
from .definitions.value_types.generic_types import Dict, List, Optional, Set, Tuple, check_dagster_type
from .definitions.value_types.registered_types import make_python_type_usable_as_dagster_type, usable_as_dagster_type
from .definitions.value_types.scalar_types import Any, Bool, Float, Int, Nothing, String
from .definitions.value_types.type_check import TypeCheck, TypeCheckContext
from .definitions.value_types.type_loader import DagsterTypeLoader, dagster_type_loader
from .errors import DagwireError
from .execution.build_contexts import (
    build_asset_check_context,
    build_asset_context,
    build_hook_context,
    build_op_context,
)
from .execution.contexts import AssetCheckExecutionContext, AssetExecutionContext, OpExecutionContext
from .execution.event_types import DagsterEventType
from .execution.events import DagsterEvent
from .execution.execute_job import JobExecutionResult, execute_job
from .execution.hook_context import HookContext
from .execution.materialize import amaterialize, materialize, materialize_to_memory
from .execution.result import ExecuteInProcessResult
from .execution.validate_run_config import validate_run_config
from .resources.attached_object import IAttachDifferentObjectToOpContext
from .resources.backoff import backoff
from .resources.configurable_resource import ConfigurableResource, ConfigurableResourceFactory
from .resources.configured import configured
from .resources.console_loggers import JsonLogFormatter, colored_console_logger, default_loggers, json_console_logger
from .resources.dagster_run import DagsterRun, DagsterRunStatus
from .resources.event_log_entry import EventLogEntry
from .resources.filesystem_io_manager import FilesystemIOManager, fs_io_manager
from .resources.init_resource_context import InitResourceContext, Resources
from .resources.input_manager import InputManagerDefinition, input_manager
from .resources.instance import DagsterInstance
from .resources.instance_for_test import instance_for_test
from .resources.io_contexts import InputContext, OutputContext
from .resources.io_manager import (
    ConfigurableIOManager,
    ConfigurableIOManagerFactory,
    InMemoryIOManager,
    InputManager,
    IOManager,
    IOManagerDefinition,
    io_manager,
    mem_io_manager,
)
from .resources.log_manager import DagsterLogManager, get_dagster_logger
from .resources.logger_definition import InitLoggerContext, LoggerDefinition, build_init_logger_context, logger
from .resources.record_filters import (
    AssetRecordsFilter,
    EventLogRecord,
    EventRecordsFilter,
    EventRecordsResult,
    RunsFilter,
)
from .resources.resource_definition import ResourceDefinition, make_values_resource, resource
from .resources.resource_param import ResourceDependency, ResourceParam
from .resources.upath_io_manager import UPathIOManager

__version__: str

__all__ = [
    "AddDynamicPartitionsRequest",
    "AllPartitionMapping",
    "Any",
    "Array",
    "AssetCheckEvaluation",
    "AssetCheckExecutionContext",
    "AssetCheckKey",
    "AssetCheckResult",
    "AssetCheckSeverity",
    "AssetCheckSpec",
    "AssetChecksDefinition",
    "AssetDep",
    "AssetExecutionContext",
    "AssetIn",
    "AssetKey",
    "AssetMaterialization",
    "AssetObservation",
    "AssetOut",
    "AssetRecordsFilter",
    "AssetSelection",
    "AssetSensorDefinition",
    "AssetSpec",
    "AssetValueLoader",
    "AssetsDefinition",
    "AutoMaterializePolicy",
    "AutoMaterializeRule",
    "AutomationCondition",
    "BackfillPolicy",
    "Backoff",
    "BetaWarning",
    "Bool",
    "BoolMetadataValue",
    "BoolSource",
    "CodeReferencesMetadataValue",
    "Config",
    "ConfigArgumentWarning",
    "ConfigMapping",
    "ConfigurableIOManager",
    "ConfigurableIOManagerFactory",
    "ConfigurableResource",
    "ConfigurableResourceFactory",
    "DagsterAssetMetadataValue",
    "DagsterConfigMappingFunctionError",
    "DagsterError",
    "DagsterEvent",
    "DagsterEventType",
    "DagsterExecutionInterruptedError",
    "DagsterExecutionStepExecutionError",
    "DagsterExecutionStepNotFoundError",
    "DagsterInstance",
    "DagsterInvalidConfigDefinitionError",
    "DagsterInvalidConfigError",
    "DagsterInvalidDefinitionError",
    "DagsterInvalidInvocationError",
    "DagsterInvalidPropertyError",
    "DagsterInvalidSubsetError",
    "DagsterInvariantViolationError",
    "DagsterJobMetadataValue",
    "DagsterLogManager",
    "DagsterResourceFunctionError",
    "DagsterRun",
    "DagsterRunMetadataValue",
    "DagsterRunStatus",
    "DagsterStepOutputNotFoundError",
    "DagsterType",
    "DagsterTypeCheckDidNotPass",
    "DagsterTypeCheckError",
    "DagsterTypeLoader",
    "DagsterUnknownPartitionError",
    "DagsterUnknownResourceError",
    "DagsterUserCodeExecutionError",
    "DagwireError",
    "DailyPartitionsDefinition",
    "DataVersion",
    "DataVersionsByPartition",
    "DbClient",
    "DbIOManager",
    "DbTypeHandler",
    "DefaultPartitionsSubset",
    "DefaultScheduleStatus",
    "DefaultSensorStatus",
    "Definitions",
    "DeleteDynamicPartitionsRequest",
    "DependencyDefinition",
    "Dict",
    "DimensionPartitionMapping",
    "DynamicOut",
    "DynamicOutput",
    "DynamicPartitionsDefinition",
    "Enum",
    "EnumValue",
    "EnvVar",
    "EventLogEntry",
    "EventLogRecord",
    "EventRecordsFilter",
    "EventRecordsResult",
    "ExecuteInProcessResult",
    "ExecutorDefinition",
    "ExpectationResult",
    "Explained",
    "Failure",
    "Field",
    "FilesystemIOManager",
    "Float",
    "FloatMetadataValue",
    "FreshnessPolicy",
    "GraphDefinition",
    "GraphIn",
    "GraphOut",
    "Health",
    "HookContext",
    "HookDefinition",
    "HookExecutionResult",
    "HourlyPartitionsDefinition",
    "IAttachDifferentObjectToOpContext",
    "IOManager",
    "IOManagerDefinition",
    "IdentityPartitionMapping",
    "In",
    "InMemoryIOManager",
    "InitLoggerContext",
    "InitResourceContext",
    "InputContext",
    "InputManager",
    "InputManagerDefinition",
    "InputMapping",
    "Int",
    "IntMetadataValue",
    "IntSource",
    "Jitter",
    "JobDefinition",
    "JobExecutionResult",
    "JsonLogFormatter",
    "JsonMetadataValue",
    "LastPartitionMapping",
    "LazyDefinitions",
    "List",
    "LocalFileCodeReference",
    "LoggerDefinition",
    "Map",
    "MarkdownMetadataValue",
    "MaterializeResult",
    "MetadataValue",
    "MonthlyPartitionsDefinition",
    "MultiAssetSensorDefinition",
    "MultiAssetSensorEvaluationContext",
    "MultiDependencyDefinition",
    "MultiPartitionKey",
    "MultiPartitionMapping",
    "MultiPartitionsDefinition",
    "MultiToSingleDimensionPartitionMapping",
    "NodeInvocation",
    "Noneable",
    "NotebookMetadataValue",
    "Nothing",
    "NullMetadataValue",
    "ObserveResult",
    "OpDefinition",
    "OpExecutionContext",
    "Optional",
    "Out",
    "Output",
    "OutputContext",
    "OutputMapping",
    "Partition",
    "PartitionKeyRange",
    "PartitionMapping",
    "PartitionedConfig",
    "PartitionsDefinition",
    "PartitionsSubset",
    "PathMetadataValue",
    "Permissive",
    "PermissiveConfig",
    "PoolMetadataValue",
    "PreviewWarning",
    "ProfileSettings",
    "Profiles",
    "PythonArtifactMetadataValue",
    "PythonObjectDagsterType",
    "RepositoryDefinition",
    "ResourceDefinition",
    "ResourceDependency",
    "ResourceParam",
    "ResourceProvider",
    "Resources",
    "RetryPolicy",
    "RetryRequested",
    "RunConfig",
    "RunFailureSensorContext",
    "RunRequest",
    "RunStatusSensorContext",
    "RunStatusSensorDefinition",
    "RunsFilter",
    "ScalarUnion",
    "ScheduleDefinition",
    "ScheduleEvaluationContext",
    "SecretField",
    "Selector",
    "SensorDefinition",
    "SensorEvaluationContext",
    "SensorResult",
    "Set",
    "SettingsProvider",
    "Shape",
    "SkipReason",
    "SourceAsset",
    "SpecificPartitionsPartitionMapping",
    "StaticPartitionMapping",
    "StaticPartitionsDefinition",
    "String",
    "StringSource",
    "SupersessionWarning",
    "TableColumn",
    "TableColumnConstraints",
    "TableColumnDep",
    "TableColumnLineage",
    "TableColumnLineageMetadataValue",
    "TableConstraints",
    "TableMetadataSet",
    "TableMetadataValue",
    "TablePartitionDimension",
    "TableRecord",
    "TableSchema",
    "TableSchemaMetadataValue",
    "TableSlice",
    "TextMetadataValue",
    "TickResult",
    "TimeWindow",
    "TimeWindowPartitionMapping",
    "TimeWindowPartitionsDefinition",
    "TimeWindowPartitionsSubset",
    "TimestampMetadataValue",
    "Tuple",
    "TypeCheck",
    "TypeCheckContext",
    "UPathIOManager",
    "UnboundInitResourceContext",
    "UnresolvedAssetJobDefinition",
    "UpstreamPartitionsResult",
    "UrlCodeReference",
    "UrlMetadataValue",
    "WeeklyPartitionsDefinition",
    "abuild_resources",
    "acheck_health",
    "amaterialize",
    "asset",
    "asset_check",
    "asset_sensor",
    "backoff",
    "build_asset_check_context",
    "build_asset_context",
    "build_column_schema_change_checks",
    "build_hook_context",
    "build_init_logger_context",
    "build_init_resource_context",
    "build_input_context",
    "build_last_update_freshness_checks",
    "build_metadata_bounds_checks",
    "build_multi_asset_sensor_context",
    "build_op_context",
    "build_output_context",
    "build_resources",
    "build_run_status_sensor_context",
    "build_schedule_context",
    "build_schedule_from_partitioned_job",
    "build_sensor_context",
    "check_dagster_type",
    "check_health",
    "colored_console_logger",
    "components",
    "config_from_files",
    "config_from_pkg_resources",
    "config_from_yaml_strings",
    "config_mapping",
    "configured",
    "current_scope",
    "dagster_type_loader",
    "daily_partitioned_config",
    "default_loggers",
    "define_asset_job",
    "definitions",
    "diff_environments",
    "dynamic_partitioned_config",
    "env_template",
    "environment",
    "escape_sql_string_literal",
    "event_list_hook",
    "execute_job",
    "explain",
    "failure_hook",
    "file_relative_path",
    "fs_io_manager",
    "get_dagster_logger",
    "graph",
    "graph_asset",
    "graph_multi_asset",
    "hourly_partitioned_config",
    "in_process_executor",
    "inject",
    "input_manager",
    "instance_for_test",
    "io_manager",
    "job",
    "json_console_logger",
    "load_asset_checks_from_current_module",
    "load_asset_checks_from_modules",
    "load_asset_checks_from_package_module",
    "load_asset_checks_from_package_name",
    "load_assets_from_current_module",
    "load_assets_from_modules",
    "load_assets_from_package_module",
    "load_assets_from_package_name",
    "load_definitions_from_current_module",
    "load_definitions_from_module",
    "load_definitions_from_modules",
    "load_definitions_from_package_module",
    "load_definitions_from_package_name",
    "load_defs",
    "load_from_defs_folder",
    "logger",
    "make_python_type_usable_as_dagster_type",
    "make_values_resource",
    "map_asset_specs",
    "materialize",
    "materialize_to_memory",
    "mem_io_manager",
    "monthly_partitioned_config",
    "multi_asset",
    "multi_asset_check",
    "multi_asset_sensor",
    "multi_or_in_process_executor",
    "multiprocess_executor",
    "observable_source_asset",
    "op",
    "override",
    "partition_loading_context",
    "partitioned_config",
    "process_scope",
    "reconstructable",
    "repository",
    "resource",
    "run_failure_sensor",
    "run_status_sensor",
    "schedule",
    "sensor",
    "settings_schema",
    "static_partitioned_config",
    "static_where_clause",
    "success_hook",
    "usable_as_dagster_type",
    "validate_run_config",
    "weekly_partitioned_config",
    "with_resources",
    "with_source_code_references",
]
