"""`DescribedChecks`: the specs of the checks of one definition."""

from collections.abc import Sequence

from dagwire.computed_once import computed_once
from dagwire.definitions.specs.check_results import AssetCheckKey
from dagwire.definitions.specs.check_spec import AssetCheckSpec
from dagwire.errors import InvariantViolationError, UnknownNameError


class DescribedChecks:
    """The specs of the checks that one definition makes."""

    check_specs: Sequence[AssetCheckSpec]

    @computed_once
    def label(self) -> str:
        """Its name in messages."""
        raise NotImplementedError

    @property
    def check_specs_by_output_name(self) -> dict[str, AssetCheckSpec]:
        """`{output: spec}` of its checks."""
        return {spec.get_python_identifier(): spec for spec in self.check_specs}

    @property
    def check_keys(self) -> set[AssetCheckKey]:
        """The keys of its checks."""
        return {check.key for check in self.check_specs}

    @property
    def has_check_keys(self) -> bool:
        """Whether it makes checks."""
        return bool(self.check_specs)

    @property
    def check_key(self) -> AssetCheckKey:
        """The key of the one check.

        Raises:
            InvariantViolationError: There is none, or there are several.
        """
        if len(self.check_specs) != 1:
            msg = f"{self.label} makes {len(self.check_specs)} checks; read `check_keys`."
            raise InvariantViolationError(msg)
        return self.check_specs[0].key

    def get_spec_for_check_key(self, asset_check_key: AssetCheckKey) -> AssetCheckSpec:
        """Return the spec of one of its checks.

        Raises:
            UnknownNameError: It makes no such check.
        """
        by_key = {spec.key: spec for spec in self.check_specs}
        if asset_check_key not in by_key:
            known = [key.to_user_string() for key in by_key]
            raise UnknownNameError(f"check of {self.label}", asset_check_key.to_user_string(), known)
        return by_key[asset_check_key]
