"""The names of Dagster that dagwire does not have, and where their work is done. Plain data.

`dagwire.__getattr__` puts the reason in its error; the page docs/parity/absent-names.md lists them all.
"""

from typing import NamedTuple


class Area(NamedTuple):
    """A part of Dagster that dagwire leaves to it."""

    title: str
    reason: str
    """Why it is absent, and what to use."""
    names: str
    """The public names of the part, with spaces between."""


AREAS = (
    Area(
        "Components",
        "Dagster's components make definitions from YAML, which stays with Dagster; write definitions in Python, which "
        "`load_from_defs_folder` collects, or make them by `@definitions`",
        """AssetAttributesModel CodeLocationSelector Component ComponentFormConfig ComponentLoadContext ComponentTree
        ComponentTypeSpec DefinitionsComponent DefsFolderComponent FunctionComponent Injected Model
        PythonScriptComponent ResolutionContext Resolvable ResolvedAssetCheckSpec ResolvedAssetKey ResolvedAssetSpec
        Resolver ScaffoldRequest Scaffolder SqlComponent StateBackedComponent TemplatedSqlComponent
        UPathDefsStateStorage UvRunComponent build_component_defs build_defs_for_component component_defs
        component_instance get_all_components_defs_within_project get_component_defs_within_project
        scaffold_component scaffold_with template_var""",
    ),
    Area(
        "Pipes",
        "Pipes talks to processes that Dagster starts, which stays with Dagster; start a process in a resource",
        """PipesBlobStoreMessageReader PipesClient PipesClientCompletedInvocation PipesCompositeMessageReader
        PipesContextInjector PipesEnvContextInjector PipesExecutionResult PipesFileContextInjector
        PipesFileMessageReader PipesLaunchedData PipesLogReader PipesMessageHandler PipesMessageReader PipesSession
        PipesSubprocessClient PipesTempFileContextInjector PipesTempFileMessageReader open_pipes_session""",
    ),
    Area(
        "The evaluation of automation conditions",
        "conditions are recorded here and followed by Dagster's daemon; start runs by a schedule or a sensor",
        """AutoMaterializeAssetPartitionsFilter AutomationConditionSensorDefinition AutomationContext AutomationResult
        EvaluateAutomationConditionsResult evaluate_automation_conditions""",
    ),
    Area(
        "Freshness of partitions, and its sensor",
        "the sensor and the checks of partitions read a store of events, which dagwire does not have; use "
        "`build_last_update_freshness_checks`, and `freshness_policy=` of an asset",
        """LegacyFreshnessPolicy apply_freshness_policy build_sensor_for_freshness_checks
        build_time_partition_freshness_checks""",
    ),
    Area(
        "Links from code references to a repository",
        "`with_source_code_references` names files and lines; a link is Dagster's to show",
        "AnchorBasedFilePathMapping FilePathMapping link_code_references_to_git",
    ),
    Area(
        "Mail about failed runs",
        "a function under `@run_failure_sensor` sends what it likes",
        "make_email_on_run_failure_sensor",
    ),
    Area(
        "Observation of several assets by one function, and the data versions that a run took",
        "`@observable_source_asset` looks at one asset; write one for each",
        "DataProvenance multi_observable_source_asset",
    ),
    Area(
        "The store of runs and events",
        "dagwire has no store of runs and events: `DagsterInstance` keeps runs and materializations in memory",
        """AssetPartitionStatus DagsterEventLogInvalidForRun DagsterRunNotFoundError
        MigrateIOStorageResult PaginatedResults RunRecord RunShardedEventsCursor RunStatusChangeRecordsFilter
        migrate_io_storage""",
    ),
    Area(
        "Launchers, queues and executors of your own",
        "a run of dagwire stays in one process; past one process the same definitions run on Dagster",
        """DagsterSubprocessError DagsterUnmetExecutorRequirementsError DefaultRunLauncher Executor ExecutorRequirement
        InitExecutorContext MAX_RUNTIME_SECONDS_TAG QueuedRunCoordinator StepExecutionContext
        StepLauncher StepRunRef SubmitRunContext executor external_instance_from_step_run_ref
        multiple_process_executor_requirements raise_execution_interrupts run_step_from_ref
        step_context_to_step_run_ref step_run_ref_to_step_context""",
    ),
    Area(
        "Runs through a store",
        "a run starts by `materialize`, `job.execute_in_process()` or `execute_job`; `dagwire retry` goes on with one",
        "ReexecutionOptions build_reconstructable_job",
    ),
    Area(
        "Repositories that are loaded by Dagster's processes",
        "repositories were followed by `Definitions`; `@repository` and its lists are here",
        """DagsterLibraryRegistry JobSelector RepositoryData RepositorySelector
        create_repository_using_definitions_args""",
    ),
    Area(
        "Serialization",
        "Dagster's serialization belongs to its store; pickle definitions' plain data",
        "deserialize_value serialize_value",
    ),
    Area(
        "File managers and adapters for old IO managers",
        "write files in a resource or an IO manager",
        """ConfigurableLegacyIOManagerAdapter FileHandle LocalFileHandle custom_path_fs_io_manager
        local_file_manager""",
    ),
    Area(
        "Names of other packages that Dagster passes on",
        "import them from `typing` or `collections.abc`",
        "Callable Final Mapping Sequence TYPE_CHECKING TypingAny TypingTuple",
    ),
)


def reason_of_absence(name: str) -> str | None:
    """Return why a public name of Dagster is absent, or None if it belongs to no area."""
    return next((area.reason for area in AREAS if name in area.names.split()), None)
