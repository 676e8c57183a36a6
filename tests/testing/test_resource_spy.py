"""`record`: what became of a resource, which goes on doing its work."""

from dagwire.testing import Call, Recorder


def test_opens_calls_and_closes(run_tests):
    """Each run that uses the resource is counted; the calls are kept in order, with their arguments."""
    run_tests("""
        def test(run, record):
            db = record("db")
            assert run("trips").asset_value("trips") == ["real.db"]
            assert app.rows_of_the_process() == ["real.db"]
            assert (db.opens, db.closes) == (2, 2)
            assert db.calls == [("rows", (), {}), ("rows", (), {})]
            assert db.calls_of("rows") == db.calls
            assert not db.calls_of("other")
            assert repr(db) == "<Recorder of 'db': 2 opens, 2 calls, 2 closes>"

        def test_without(run, resources):
            assert type(resources.db) is app.Db
    """).assert_outcomes(passed=2)


def test_a_fake_is_recorded(run_tests):
    """A spy records the present value of its key, whatever its type, and no later override of it."""
    run_tests("""
        def test(run, override, record, resources):
            override(db=FakeDb(), sent={"a": 1})
            db, sent = record("db"), record("sent")
            assert isinstance(resources.db, FakeDb)
            assert resources.db.rows() == ["fake"]
            assert resources.sent["a"] == len(resources.sent) == 1
            assert db.calls == [("rows", (), {})]
            assert [call.method for call in sent.calls] == ["__getitem__", "__len__"]
            override(db="another")
            assert resources.db == "another"
    """).assert_outcomes(passed=1)


def test_an_unknown_key(run_tests):
    """Is refused with the nearest."""
    result = run_tests("""
        def test(record):
            record("dbs")
    """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*'dbs'. Did you mean 'db'?*"])


def test_an_asynchronous_resource(run_tests):
    """Coroutines of a recorded resource are passed through, to be awaited."""
    run_tests("""
        def test(run, record):
            db = record("slow_db")
            assert run("slow_trips").asset_value("slow_trips") == ["waited for"]
            assert db.calls == [("rows", (), {})]
            assert (db.opens, db.closes) == (1, 1)
    """).assert_outcomes(passed=1)


def recorded(value):
    """A recording wrapper of `value`, and the list of its calls."""
    recorder = Recorder("it")
    return next(recorder.watched(value)), recorder.calls


def test_special_methods():
    """Special methods, which Python looks up in the class, are passed through and recorded too."""
    stand_in, calls = recorded([1, 2])
    assert (len(stand_in), stand_in[0], list(stand_in), 2 in stand_in, stand_in == [1, 2]) == (2, 1, [1, 2], True, True)
    assert calls[1] == Call("__getitem__", (0,), {})
    stand_in, calls = recorded(lambda text, *, loud: text)
    assert stand_in("hello", loud=True) == "hello"
    assert calls == [("__call__", ("hello",), {"loud": True})]


def test_a_stand_in_is_what_it_stands_for():
    """For `isinstance`, its attributes, and what is set on it."""

    class Db:
        path = "here"

    db = Db()
    stand_in, calls = recorded(db)
    assert isinstance(stand_in, Db)
    stand_in.path = "there"
    assert db.path == stand_in.path == "there"
    assert not calls


def test_a_call_that_fails_is_recorded():
    """The exception goes on to the caller."""
    stand_in, calls = recorded([])
    try:
        stand_in.pop()
    except IndexError:
        assert calls == [("pop", (), {})]
