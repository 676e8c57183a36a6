"""`Profiles`: what belongs to each environment, the files that are read and the overrides that hold."""

import os
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource

from dagwire.config.environments.environment import SWITCH, chosen_environment
from dagwire.config.environments.sections_of_kinds import sections_of_other_kinds, without_sections
from dagwire.config.files.config_files import TYPES, read_config_file
from dagwire.config.values.nested_values import merged_config
from dagwire.errors import InvalidDefinitionError, UnknownEnvironmentError


class Profile(NamedTuple):
    """The files and overrides of one environment."""

    name: str
    files: tuple[Path, ...]
    """Read in this order, merged field by field; later ones win."""
    overrides: Mapping[str, object]
    """`{key: value or provider}`, in place of what the container has."""


class Profiles:
    """The profiles of an application, declared once; `DAGWIRE_ENV` or `environment(...)` picks one.

    An environment's profile is the file of its name in `folder`, laid field by field over the file `base`, and the
    container overrides given for it. Files are TOML, YAML or JSON.

    Example:
        >>> from dagwire import Profiles
        >>> profiles = Profiles("config", default="local", overrides={"test": {"mailer": "nobody"}})
        >>> profiles.names
        ('local', 'production', 'test')
        >>> profiles["test"].files
        (PosixPath('config/base.toml'), PosixPath('config/test.toml'))
    """

    def __init__(
        self,
        folder: str | PathLike[str],
        *,
        default: str | None = None,
        base: str = "base",
        overrides: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        """Nothing is read yet.

        Args:
            folder: Where the files are; relative to the working folder, so better made of `__file__`.
            default: The environment where none is picked; None demands that one is.
            base: The name of the file that all environments share, without its ending. It need not exist.
            overrides: `{environment: {key: value or provider}}`, in place of what the container has.
        """
        self.folder: Path = Path(folder)
        self.default = default
        self._base = base
        self._overrides = dict(overrides or {})

    @property
    def names(self) -> tuple[str, ...]:
        """The environments there are."""
        return tuple(sorted((self._files_by_name().keys() | self._overrides.keys()) - {self._base}))

    def __getitem__(self, name: str) -> Profile:
        """The profile of an environment.

        Raises:
            UnknownEnvironmentError: There is none of that name.
        """
        return self._profile(name, "The environment")

    def in_force(self) -> Profile:
        """The profile of the environment in force.

        Raises:
            UnknownEnvironmentError: There is none of that name, or none is picked and there is no default.
        """
        chosen = chosen_environment()
        return self.of_process() if chosen is None else self[chosen]

    def of_process(self) -> Profile:
        """The profile that `DAGWIRE_ENV` picks, or the default.

        Raises:
            UnknownEnvironmentError: As `in_force`.
        """
        picked = os.environ.get(SWITCH)
        if not picked and self.default:
            return self._profile(self.default, "The default")
        return self._profile(picked or "", SWITCH)

    def source(self, settings: type[BaseSettings]) -> PydanticBaseSettingsSource:
        """The files of the profile in force, as a source for a `settings_customise_sources` of your own.

        Raises:
            UnknownEnvironmentError: As `in_force`.
            ConfigFileError: A file cannot be read.
        """
        return ProfileSource(settings, self.in_force().files)

    def _profile(self, name: str, picked_by: str) -> Profile:
        if name not in self.names:
            raise UnknownEnvironmentError(name, self.names, picked_by)
        files = self._files_by_name()
        return Profile(
            name, tuple(files[one] for one in (self._base, name) if one in files), self._overrides.get(name, {})
        )

    def _files_by_name(self) -> dict[str, Path]:
        """`{name: file}`.

        Raises:
            InvalidDefinitionError: Two files have one name.
        """
        found: dict[str, Path] = {}
        for path in sorted(self.folder.glob("*")):
            if path.suffix in TYPES and found.setdefault(path.stem, path) is not path:
                msg = f"'{found[path.stem]}' and '{path}' are both the file of '{path.stem}'. Keep one of them."
                raise InvalidDefinitionError(msg)
        return found


class ProfileSource(InitSettingsSource):
    """The files of a profile, merged field by field.

    A section for one kind of a discriminated union is left out if a stronger file or source chooses another kind.
    """

    def __init__(self, settings: type[BaseSettings], files: Sequence[Path]) -> None:
        """Read the files.

        Raises:
            ConfigFileError: One cannot be read.
        """
        super().__init__(settings, {})
        self.files: tuple[Path, ...] = tuple(files)
        self._values_by_file = {path: read_config_file(path) for path in self.files}
        self._left_out: dict[Path, frozenset[tuple[str, ...]]] = {}

    def __call__(self) -> dict[str, Any]:
        """The values of all files; those of stronger sources decide which kinds are meant."""
        merged: dict[str, Any] = {}
        for path, values in reversed(self._values_by_file.items()):
            stronger = merged_config(merged, self.current_state)
            left_out = frozenset(sections_of_other_kinds(self.settings_cls, values, stronger))
            self._left_out[path] = left_out
            merged = merged_config(without_sections(values, left_out), merged)
        return InitSettingsSource(self.settings_cls, merged)()

    def counts(self, path: Path, keys: Sequence[object]) -> bool:
        """Whether what a file has under `keys` was read; it was not if its section is for another kind."""
        return not any(tuple(keys[: len(section)]) == section for section in self._left_out.get(path, ()))

    def __repr__(self) -> str:
        """The files; never what they say."""
        return f"ProfileSource({', '.join(map(str, self.files))})"


class ProfileSettings(BaseSettings):
    """Settings whose weakest source is the profile in force: variables, `.env` and secrets go over its files.

    Example:
        >>> from typing import ClassVar
        >>> from dagwire import Profiles, ProfileSettings
        >>> class Settings(ProfileSettings):
        ...     profiles: ClassVar = Profiles("config", default="local")
    """

    profiles: ClassVar[Profiles]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the files of the profile under pydantic-settings' own sources.

        Raises:
            InvalidDefinitionError: The class declares no profiles.
        """
        if not hasattr(cls, "profiles"):
            msg = f"{cls.__name__} declares no profiles. Write in it: profiles: ClassVar = Profiles(...)."
            raise InvalidDefinitionError(msg)
        return (init_settings, env_settings, dotenv_settings, file_secret_settings, cls.profiles.source(settings_cls))
