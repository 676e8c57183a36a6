"""`resources_for_dagster`: a container under a Dagster project that goes on as it is."""

import dagster as dg

from dagwire.containers.as_container import container_from
from dagwire.integrations.dagster.carried_container import CarriedContainer


def resources_for_dagster(resources: object) -> dict[str, dg.ResourceDefinition]:
    """Return a container's resources as Dagster's, for a project whose assets, ops and jobs stay as they are.

    Dagster opens and closes them with its own. In one process of Dagster's all of them are opened in one run scope, so
    that they share what they depend on; overrides, profiles and the process scope hold as everywhere. Dagster's page
    shows their config, its sources, and who uses it. Secrets are masked.

    Args:
        resources: A container, definitions that hold one, or `{key: resource or plain value}`.

    Returns:
        `{name: definition}`. A key of a nested container, `gateways.s3`, has the name `gateways__s3`.

    Raises:
        NotCarriedError: A key has no name in Dagster, or two keys have one name. `FaultsError` for several.

    Example:
        >>> import dagster
        >>> from dagwire import ConfigurableResource
        >>> from dagwire.integrations.dagster import resources_for_dagster
        >>> class Greeter(ConfigurableResource):
        ...     greeting: str = "hello"
        >>> @dagster.asset
        ... def words(greeter: dagster.ResourceParam[Greeter]) -> str:
        ...     return greeter.greeting
        >>> result = dagster.materialize([words], resources=resources_for_dagster({"greeter": Greeter()}))
        >>> result.output_for_node("words")
        'hello'
    """
    return CarriedContainer(container_from(getattr(resources, "container", resources))).definitions
