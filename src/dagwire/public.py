"""The public names of dagwire, as Dagster spells them, and where each is defined; `import dagwire` gives them."""

from dagwire.config.config import Config, PermissiveConfig
from dagwire.config.env_template import env_template
from dagwire.config.env_var import EnvVar
from dagwire.config.environments import environment
from dagwire.config.forms import (
    Array,
    Enum,
    EnumValue,
    Field,
    Map,
    Noneable,
    Permissive,
    ScalarUnion,
    Selector,
    Shape,
)
from dagwire.config.leaves import BoolSource, IntSource, StringSource
from dagwire.config.masking import SecretField
from dagwire.config.profiles import Profiles, ProfileSettings
from dagwire.config.provenance import Explained
from dagwire.config.run_config import RunConfig
from dagwire.config.run_config_files import config_from_files, config_from_pkg_resources, config_from_yaml_strings
from dagwire.config.settings_provider import SettingsProvider
from dagwire.config.settings_schema import settings_schema
from dagwire.containers.build_init_resource_context import UnboundInitResourceContext, build_init_resource_context
from dagwire.containers.build_resources import abuild_resources, build_resources
from dagwire.containers.check_health import Health, check_health
from dagwire.containers.diff_environments import diff_environments
from dagwire.containers.explain import explain
from dagwire.containers.overrides import override
from dagwire.containers.resource_provider import ResourceProvider
from dagwire.definitions.asset import asset
from dagwire.definitions.asset_check import AssetCheckDefinition, asset_check, multi_asset_check
from dagwire.definitions.asset_job import UnresolvedAssetJobDefinition, define_asset_job
from dagwire.definitions.asset_key import AssetKey
from dagwire.definitions.asset_sensor import AssetSensorDefinition, asset_sensor
from dagwire.definitions.asset_spec import AssetDep, AssetIn, AssetOut, AssetSpec
from dagwire.definitions.assets_definition import AssetsDefinition, map_asset_specs
from dagwire.definitions.bindings import with_resources
from dagwire.definitions.build_io_contexts import build_input_context, build_output_context
from dagwire.definitions.check_spec import AssetCheckSpec
from dagwire.definitions.composed_job import job
from dagwire.definitions.config_mapping import ConfigMapping, config_mapping
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.dynamic_partitions import (
    AddDynamicPartitionsRequest,
    DeleteDynamicPartitionsRequest,
    DynamicPartitionsDefinition,
)
from dagwire.definitions.graph import GraphDefinition, GraphIn, GraphOut, graph
from dagwire.definitions.graph_asset import graph_asset
from dagwire.definitions.graph_multi_asset import graph_multi_asset
from dagwire.definitions.hook import HookDefinition, failure_hook, success_hook
from dagwire.definitions.ins_and_outs import DynamicOut, In, Nothing, Out
from dagwire.definitions.job import JobDefinition
from dagwire.definitions.lazy_definitions import LazyDefinitions, definitions
from dagwire.definitions.load_assets import (
    load_asset_checks_from_current_module,
    load_asset_checks_from_modules,
    load_asset_checks_from_package_module,
    load_asset_checks_from_package_name,
    load_assets_from_current_module,
    load_assets_from_modules,
    load_assets_from_package_module,
    load_assets_from_package_name,
)
from dagwire.definitions.load_definitions import (
    load_definitions_from_current_module,
    load_definitions_from_module,
    load_definitions_from_modules,
    load_definitions_from_package_module,
    load_definitions_from_package_name,
)
from dagwire.definitions.metadata import MetadataValue
from dagwire.definitions.multi_asset import multi_asset
from dagwire.definitions.multi_partition_mapping import (
    DimensionPartitionMapping,
    MultiPartitionMapping,
    MultiToSingleDimensionPartitionMapping,
)
from dagwire.definitions.multi_partitions import MultiPartitionKey, MultiPartitionsDefinition
from dagwire.definitions.op import OpDefinition, op
from dagwire.definitions.partition_loading import partition_loading_context
from dagwire.definitions.partition_mapping import (
    AllPartitionMapping,
    IdentityPartitionMapping,
    LastPartitionMapping,
    PartitionMapping,
    SpecificPartitionsPartitionMapping,
    StaticPartitionMapping,
)
from dagwire.definitions.partitioned_config import (
    PartitionedConfig,
    daily_partitioned_config,
    dynamic_partitioned_config,
    hourly_partitioned_config,
    monthly_partitioned_config,
    partitioned_config,
    static_partitioned_config,
    weekly_partitioned_config,
)
from dagwire.definitions.partitioned_schedule import build_schedule_from_partitioned_job
from dagwire.definitions.partitions import (
    BackfillPolicy,
    PartitionKeyRange,
    PartitionsDefinition,
    StaticPartitionsDefinition,
    TimeWindow,
)
from dagwire.definitions.results import (
    AssetCheckEvaluation,
    AssetCheckKey,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetMaterialization,
    AssetObservation,
    DynamicOutput,
    ExpectationResult,
    MaterializeResult,
    Output,
)
from dagwire.definitions.retries import Backoff, Failure, Jitter, RetryPolicy, RetryRequested
from dagwire.definitions.run_request import RunRequest
from dagwire.definitions.schedule import (
    DefaultScheduleStatus,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    build_schedule_context,
    schedule,
)
from dagwire.definitions.selection import AssetSelection
from dagwire.definitions.sensor import (
    DefaultSensorStatus,
    SensorDefinition,
    SensorEvaluationContext,
    build_sensor_context,
    sensor,
)
from dagwire.definitions.source_asset import SourceAsset
from dagwire.definitions.tick import SensorResult, SkipReason, TickResult
from dagwire.definitions.time_partitions import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    WeeklyPartitionsDefinition,
)
from dagwire.definitions.time_window_mapping import TimeWindowPartitionMapping
from dagwire.definitions.time_window_partitions import TimeWindowPartitionsDefinition
from dagwire.errors import (
    DagsterConfigMappingFunctionError,
    DagsterError,
    DagsterExecutionInterruptedError,
    DagsterExecutionStepNotFoundError,
    DagsterInvalidConfigDefinitionError,
    DagsterInvalidConfigError,
    DagsterInvalidDefinitionError,
    DagsterInvalidInvocationError,
    DagsterInvalidSubsetError,
    DagsterInvariantViolationError,
    DagsterResourceFunctionError,
    DagsterStepOutputNotFoundError,
    DagsterTypeCheckDidNotPass,
    DagsterTypeCheckError,
    DagsterUnknownPartitionError,
    DagsterUnknownResourceError,
    DagsterUserCodeExecutionError,
    DagwireError,
)
from dagwire.execution.contexts import (
    AssetCheckExecutionContext,
    AssetExecutionContext,
    DagsterRun,
    OpExecutionContext,
)
from dagwire.execution.direct_contexts import (
    build_asset_check_context,
    build_asset_context,
    build_hook_context,
    build_op_context,
)
from dagwire.execution.events import Event, EventType
from dagwire.execution.hook_context import HookContext
from dagwire.execution.materialize import amaterialize, materialize, materialize_to_memory
from dagwire.execution.result import ExecuteInProcessResult
from dagwire.execution.validate_run_config import validate_run_config
from dagwire.resources.configurable import ConfigurableResource, ConfigurableResourceFactory
from dagwire.resources.context import InitResourceContext, Resources
from dagwire.resources.definition import ResourceDefinition, configured, make_values_resource, resource
from dagwire.resources.event_log_entry import EventLogEntry
from dagwire.resources.filesystem_io_manager import FilesystemIOManager, fs_io_manager
from dagwire.resources.input_manager import InputManagerDefinition, input_manager
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.io_contexts import InputContext, OutputContext
from dagwire.resources.io_manager import (
    ConfigurableIOManager,
    ConfigurableIOManagerFactory,
    InMemoryIOManager,
    InputManager,
    IOManager,
    IOManagerDefinition,
    io_manager,
    mem_io_manager,
)
from dagwire.resources.resource_param import ResourceDependency, ResourceParam

__all__ = [
    "AddDynamicPartitionsRequest",
    "AllPartitionMapping",
    "Array",
    "AssetCheckDefinition",
    "AssetCheckEvaluation",
    "AssetCheckExecutionContext",
    "AssetCheckKey",
    "AssetCheckResult",
    "AssetCheckSeverity",
    "AssetCheckSpec",
    "AssetDep",
    "AssetExecutionContext",
    "AssetIn",
    "AssetKey",
    "AssetMaterialization",
    "AssetObservation",
    "AssetOut",
    "AssetSelection",
    "AssetSensorDefinition",
    "AssetSpec",
    "AssetsDefinition",
    "BackfillPolicy",
    "Backoff",
    "BoolSource",
    "Config",
    "ConfigMapping",
    "ConfigurableIOManager",
    "ConfigurableIOManagerFactory",
    "ConfigurableResource",
    "ConfigurableResourceFactory",
    "DagsterConfigMappingFunctionError",
    "DagsterError",
    "DagsterExecutionInterruptedError",
    "DagsterExecutionStepNotFoundError",
    "DagsterInstance",
    "DagsterInvalidConfigDefinitionError",
    "DagsterInvalidConfigError",
    "DagsterInvalidDefinitionError",
    "DagsterInvalidInvocationError",
    "DagsterInvalidSubsetError",
    "DagsterInvariantViolationError",
    "DagsterResourceFunctionError",
    "DagsterRun",
    "DagsterStepOutputNotFoundError",
    "DagsterTypeCheckDidNotPass",
    "DagsterTypeCheckError",
    "DagsterUnknownPartitionError",
    "DagsterUnknownResourceError",
    "DagsterUserCodeExecutionError",
    "DagwireError",
    "DailyPartitionsDefinition",
    "DefaultScheduleStatus",
    "DefaultSensorStatus",
    "Definitions",
    "DeleteDynamicPartitionsRequest",
    "DimensionPartitionMapping",
    "DynamicOut",
    "DynamicOutput",
    "DynamicPartitionsDefinition",
    "Enum",
    "EnumValue",
    "EnvVar",
    "Event",
    "EventLogEntry",
    "EventType",
    "ExecuteInProcessResult",
    "ExpectationResult",
    "Explained",
    "Failure",
    "Field",
    "FilesystemIOManager",
    "GraphDefinition",
    "GraphIn",
    "GraphOut",
    "Health",
    "HookContext",
    "HookDefinition",
    "HourlyPartitionsDefinition",
    "IOManager",
    "IOManagerDefinition",
    "IdentityPartitionMapping",
    "In",
    "InMemoryIOManager",
    "InitResourceContext",
    "InputContext",
    "InputManager",
    "InputManagerDefinition",
    "IntSource",
    "Jitter",
    "JobDefinition",
    "LastPartitionMapping",
    "LazyDefinitions",
    "Map",
    "MaterializeResult",
    "MetadataValue",
    "MonthlyPartitionsDefinition",
    "MultiPartitionKey",
    "MultiPartitionMapping",
    "MultiPartitionsDefinition",
    "MultiToSingleDimensionPartitionMapping",
    "Noneable",
    "Nothing",
    "OpDefinition",
    "OpExecutionContext",
    "Out",
    "Output",
    "OutputContext",
    "PartitionKeyRange",
    "PartitionMapping",
    "PartitionedConfig",
    "PartitionsDefinition",
    "Permissive",
    "PermissiveConfig",
    "ProfileSettings",
    "Profiles",
    "ResourceDefinition",
    "ResourceDependency",
    "ResourceParam",
    "ResourceProvider",
    "Resources",
    "RetryPolicy",
    "RetryRequested",
    "RunConfig",
    "RunRequest",
    "ScalarUnion",
    "ScheduleDefinition",
    "ScheduleEvaluationContext",
    "SecretField",
    "Selector",
    "SensorDefinition",
    "SensorEvaluationContext",
    "SensorResult",
    "SettingsProvider",
    "Shape",
    "SkipReason",
    "SourceAsset",
    "SpecificPartitionsPartitionMapping",
    "StaticPartitionMapping",
    "StaticPartitionsDefinition",
    "StringSource",
    "TickResult",
    "TimeWindow",
    "TimeWindowPartitionMapping",
    "TimeWindowPartitionsDefinition",
    "UnboundInitResourceContext",
    "UnresolvedAssetJobDefinition",
    "WeeklyPartitionsDefinition",
    "abuild_resources",
    "amaterialize",
    "asset",
    "asset_check",
    "asset_sensor",
    "build_asset_check_context",
    "build_asset_context",
    "build_hook_context",
    "build_init_resource_context",
    "build_input_context",
    "build_op_context",
    "build_output_context",
    "build_resources",
    "build_schedule_context",
    "build_schedule_from_partitioned_job",
    "build_sensor_context",
    "check_health",
    "config_from_files",
    "config_from_pkg_resources",
    "config_from_yaml_strings",
    "config_mapping",
    "configured",
    "daily_partitioned_config",
    "define_asset_job",
    "definitions",
    "diff_environments",
    "dynamic_partitioned_config",
    "env_template",
    "environment",
    "explain",
    "failure_hook",
    "fs_io_manager",
    "graph",
    "graph_asset",
    "graph_multi_asset",
    "hourly_partitioned_config",
    "input_manager",
    "io_manager",
    "job",
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
    "make_values_resource",
    "map_asset_specs",
    "materialize",
    "materialize_to_memory",
    "mem_io_manager",
    "monthly_partitioned_config",
    "multi_asset",
    "multi_asset_check",
    "op",
    "override",
    "partition_loading_context",
    "partitioned_config",
    "resource",
    "schedule",
    "sensor",
    "settings_schema",
    "static_partitioned_config",
    "success_hook",
    "validate_run_config",
    "weekly_partitioned_config",
    "with_resources",
]
