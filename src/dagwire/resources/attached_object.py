"""`IAttachDifferentObjectToOpContext`: a resource whose readers find another object on their context."""


class IAttachDifferentObjectToOpContext:
    """A resource that puts another object on `context.resources`, for code written before the resource was a class.

    Parameters that ask for the resource receive the resource itself, and so do fields of other resources.

    Example:
        >>> from dagwire import ConfigurableResource, IAttachDifferentObjectToOpContext, build_resources
        >>> class Api(ConfigurableResource, IAttachDifferentObjectToOpContext):
        ...     url: str
        ...     def get_object_to_set_on_execution_context(self):
        ...         return f"client of {self.url}"
        >>> with build_resources({"api": Api(url="http://127.0.0.1")}) as resources:
        ...     resources.api
        'client of http://127.0.0.1'
    """

    def get_object_to_set_on_execution_context(self) -> object:
        """Return the object that `context.resources` has under the resource's key."""
        raise NotImplementedError(f"{type(self).__name__} does not define get_object_to_set_on_execution_context")


def attached_object(resource: object) -> object:
    """Return what `context.resources` shows for an open resource: the resource, or the object that it attaches."""
    if isinstance(resource, IAttachDifferentObjectToOpContext):
        return resource.get_object_to_set_on_execution_context()
    return resource
