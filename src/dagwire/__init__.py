"""Dagster's resource system on a dependency-injector container, configured by pydantic-settings."""

from dagwire.config.config import Config, PermissiveConfig
from dagwire.config.env_var import EnvVar
from dagwire.config.settings_provider import SettingsProvider
from dagwire.containers.build_resources import abuild_resources, build_resources
from dagwire.containers.overrides import override
from dagwire.containers.resource_provider import ResourceProvider
from dagwire.resources.configurable import ConfigurableResource, ConfigurableResourceFactory
from dagwire.resources.context import InitResourceContext
from dagwire.resources.definition import ResourceDefinition, resource
from dagwire.resources.resource_param import ResourceParam
