"""Several tests, or several threads of one, at the same time: each has its own."""


def test_under_xdist(run_tests):
    """Marks and fixtures work in its processes."""
    result = run_tests(
        """
        @pytest.mark.parametrize("number", range(6))
        def test(run, override, number):
            with override(db=number):
                assert app.defs.container.sent() == []
            override(db=FakeDb())
            assert run("trips").asset_value("trips") == ["fake"]

        def test_leak(run):
            kept = app.defs.override(db=FakeDb())
            kept.__enter__()
            app.kept = kept
    """,
        "-n2",
    )
    result.assert_outcomes(passed=7, errors=1)


def test_one_test_in_many_threads(run_tests):
    """As pytest-run-parallel has it: threads share the fixtures, what each overrides is its own, marks hold in all."""
    run_tests(
        """
        import itertools
        numbers = itertools.count()

        @pytest.mark.override(sent="marked")
        @pytest.mark.settings(APP_PATH="marked.db")
        def test(run, resources, override):
            assert resources.db.rows() == ["marked.db"]
            assert app.rows_of_the_process.__name__
            for number in itertools.islice(numbers, 20):
                with override(db=number):
                    assert (resources.db, resources.sent) == (number, "marked")
                    with dg.build_resources(app.defs.container, required_resource_keys=["db", "sent"]) as opened:
                        assert (opened.db, opened.sent) == (number, "marked")
            assert resources.db.rows() == ["marked.db"]
    """,
        "--parallel-threads=8",
        plugins=["run-parallel"],
    ).assert_outcomes(passed=1)


def test_threads_of_ones_own(run_tests):
    """Overrides by marks and fixtures hold in the test's threads; an override by one thread is its own."""
    run_tests("""
        from concurrent.futures import ThreadPoolExecutor

        @pytest.fixture
        def kept(override):
            override(sent="kept")

        def test(run, resources, override, kept):
            def read(number):
                if number % 2:
                    override(db=number)
                    return resources.db, resources.sent
                with override(db=number):
                    return resources.db, resources.sent

            with ThreadPoolExecutor(4) as pool:
                assert list(pool.map(read, range(100))) == [(number, "kept") for number in range(100)]
            assert resources.db.rows() == ["real.db"]
    """).assert_outcomes(passed=1)
