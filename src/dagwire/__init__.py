"""Dagster's resource system on a dependency-injector container, configured by pydantic-settings."""

from dagwire.config.config import Config, PermissiveConfig
from dagwire.config.env_var import EnvVar
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
from dagwire.config.run_config import RunConfig
from dagwire.config.settings_provider import SettingsProvider
from dagwire.containers.build_init_resource_context import UnboundInitResourceContext, build_init_resource_context
from dagwire.containers.build_resources import abuild_resources, build_resources
from dagwire.containers.check_health import Health, check_health
from dagwire.containers.overrides import override
from dagwire.containers.resource_provider import ResourceProvider
from dagwire.definitions.asset import AssetsDefinition, AssetSpec, asset
from dagwire.definitions.asset_check import AssetCheckDefinition, asset_check
from dagwire.definitions.asset_key import AssetKey
from dagwire.definitions.bindings import with_resources
from dagwire.definitions.build_io_contexts import build_input_context, build_output_context
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.job import JobDefinition, UnresolvedAssetJobDefinition, define_asset_job, job
from dagwire.definitions.load_assets import load_asset_checks_from_modules, load_assets_from_modules
from dagwire.definitions.metadata import MetadataValue
from dagwire.definitions.op import In, Nothing, OpDefinition, Out, op
from dagwire.definitions.partitions import (
    BackfillPolicy,
    MonthlyPartitionsDefinition,
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
    MaterializeResult,
    Output,
)
from dagwire.definitions.schedule import (
    DefaultScheduleStatus,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    build_schedule_context,
    schedule,
)
from dagwire.definitions.sensor import (
    DefaultSensorStatus,
    SensorDefinition,
    SensorEvaluationContext,
    build_sensor_context,
    sensor,
)
from dagwire.definitions.tick import RunRequest, SensorResult, SkipReason, TickResult
from dagwire.errors import (
    DagsterError,
    DagsterInvalidConfigError,
    DagsterInvalidDefinitionError,
    DagsterInvalidInvocationError,
    DagsterInvariantViolationError,
    DagsterResourceFunctionError,
    DagsterUnknownResourceError,
    DagwireError,
)
from dagwire.execution.contexts import (
    AssetCheckExecutionContext,
    AssetExecutionContext,
    DagsterRun,
    OpExecutionContext,
    build_asset_context,
    build_op_context,
)
from dagwire.execution.events import Event, EventType
from dagwire.execution.materialize import amaterialize, materialize
from dagwire.execution.result import ExecuteInProcessResult
from dagwire.resources.configurable import ConfigurableResource, ConfigurableResourceFactory
from dagwire.resources.context import InitResourceContext, Resources
from dagwire.resources.definition import ResourceDefinition, configured, make_values_resource, resource
from dagwire.resources.filesystem_io_manager import FilesystemIOManager, fs_io_manager
from dagwire.resources.io_contexts import InputContext, OutputContext
from dagwire.resources.io_manager import (
    ConfigurableIOManager,
    ConfigurableIOManagerFactory,
    InMemoryIOManager,
    IOManager,
    IOManagerDefinition,
    io_manager,
    mem_io_manager,
)
from dagwire.resources.resource_param import ResourceDependency, ResourceParam

__all__ = [
    "Array",
    "AssetCheckDefinition",
    "AssetCheckEvaluation",
    "AssetCheckExecutionContext",
    "AssetCheckKey",
    "AssetCheckResult",
    "AssetCheckSeverity",
    "AssetExecutionContext",
    "AssetKey",
    "AssetMaterialization",
    "AssetSpec",
    "AssetsDefinition",
    "BackfillPolicy",
    "BoolSource",
    "Config",
    "ConfigurableIOManager",
    "ConfigurableIOManagerFactory",
    "ConfigurableResource",
    "ConfigurableResourceFactory",
    "DagsterError",
    "DagsterInvalidConfigError",
    "DagsterInvalidDefinitionError",
    "DagsterInvalidInvocationError",
    "DagsterInvariantViolationError",
    "DagsterResourceFunctionError",
    "DagsterRun",
    "DagsterUnknownResourceError",
    "DagwireError",
    "DefaultScheduleStatus",
    "DefaultSensorStatus",
    "Definitions",
    "Enum",
    "EnumValue",
    "EnvVar",
    "Event",
    "EventType",
    "ExecuteInProcessResult",
    "Field",
    "FilesystemIOManager",
    "Health",
    "IOManager",
    "IOManagerDefinition",
    "In",
    "InMemoryIOManager",
    "InitResourceContext",
    "InputContext",
    "IntSource",
    "JobDefinition",
    "Map",
    "MaterializeResult",
    "MetadataValue",
    "MonthlyPartitionsDefinition",
    "Noneable",
    "Nothing",
    "OpDefinition",
    "OpExecutionContext",
    "Out",
    "Output",
    "OutputContext",
    "PartitionKeyRange",
    "PartitionsDefinition",
    "Permissive",
    "PermissiveConfig",
    "ResourceDefinition",
    "ResourceDependency",
    "ResourceParam",
    "ResourceProvider",
    "Resources",
    "RunConfig",
    "RunRequest",
    "ScalarUnion",
    "ScheduleDefinition",
    "ScheduleEvaluationContext",
    "Selector",
    "SensorDefinition",
    "SensorEvaluationContext",
    "SensorResult",
    "SettingsProvider",
    "Shape",
    "SkipReason",
    "StaticPartitionsDefinition",
    "StringSource",
    "TickResult",
    "TimeWindow",
    "UnboundInitResourceContext",
    "UnresolvedAssetJobDefinition",
    "abuild_resources",
    "amaterialize",
    "asset",
    "asset_check",
    "build_asset_context",
    "build_init_resource_context",
    "build_input_context",
    "build_op_context",
    "build_output_context",
    "build_resources",
    "build_schedule_context",
    "build_sensor_context",
    "check_health",
    "configured",
    "define_asset_job",
    "fs_io_manager",
    "io_manager",
    "job",
    "load_asset_checks_from_modules",
    "load_assets_from_modules",
    "make_values_resource",
    "materialize",
    "mem_io_manager",
    "op",
    "override",
    "resource",
    "schedule",
    "sensor",
    "with_resources",
]
