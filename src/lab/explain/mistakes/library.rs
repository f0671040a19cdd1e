//! What Python's own modules hold, as far as the labs need it: enough to tell which name was meant.

/// The names of a module; none of one that is not known here.
pub(super) fn names_in(module: &str) -> &'static str {
    match module {
        "asyncio" => ASYNCIO,
        "datetime" => DATETIME,
        "time" => TIME,
        "random" => RANDOM,
        "threading" => THREADING,
        _ => "",
    }
}

/// Names of asyncio that an older Python lacks, and the version that brought them.
pub(super) const SINCE: [(&str, &str); 12] = [
    ("run", "3.7"),
    ("create_task", "3.7"),
    ("get_running_loop", "3.7"),
    ("current_task", "3.7"),
    ("all_tasks", "3.7"),
    ("to_thread", "3.9"),
    ("TaskGroup", "3.11"),
    ("Runner", "3.11"),
    ("timeout", "3.11"),
    ("timeout_at", "3.11"),
    ("Barrier", "3.11"),
    ("eager_task_factory", "3.12"),
];

/// What can be asked of an event loop.
pub(super) const LOOP: &str = "
    add_reader add_signal_handler call_at call_exception_handler call_later call_soon call_soon_threadsafe close
    create_connection create_future create_server create_task default_exception_handler get_debug
    get_exception_handler get_task_factory getaddrinfo is_closed is_running run_forever run_in_executor
    run_until_complete set_debug set_default_executor set_exception_handler set_task_factory shutdown_asyncgens
    shutdown_default_executor stop subprocess_exec subprocess_shell time";

/// What is there without an import, as far as beginners use it.
pub(super) const BUILTINS: &str = "
    False None True abs all any bool dict enumerate filter float format input int isinstance len list map max min next
    object open print range repr reversed round set sorted str sum super tuple type zip";

const ASYNCIO: &str = "
    AbstractEventLoop BaseEventLoop BoundedSemaphore CancelledError Condition Event Future Handle
    InvalidStateError LifoQueue Lock PriorityQueue Queue QueueEmpty QueueFull Semaphore StreamReader StreamWriter Task
    TimeoutError TimerHandle all_tasks as_completed create_subprocess_exec create_subprocess_shell create_task
    current_task ensure_future gather get_event_loop get_event_loop_policy get_running_loop iscoroutine
    iscoroutinefunction isfuture new_event_loop open_connection run run_coroutine_threadsafe set_event_loop
    set_event_loop_policy shield sleep start_server subprocess wait wait_for wrap_future
    TaskGroup Runner timeout timeout_at to_thread Barrier";
const DATETIME: &str =
    "MAXYEAR MINYEAR UTC date datetime datetime_CAPI time timedelta timezone tzinfo";
const TIME: &str = "
    asctime clock_gettime ctime gmtime localtime mktime monotonic monotonic_ns perf_counter perf_counter_ns process_time
    sleep strftime strptime struct_time thread_time time time_ns tzset";
const RANDOM: &str = "
    Random SystemRandom betavariate choice choices expovariate gauss getrandbits normalvariate randbytes randint random
    randrange sample seed shuffle triangular uniform";
const THREADING: &str = "
    Barrier BoundedSemaphore Condition Event Lock RLock Semaphore Thread Timer active_count current_thread enumerate
    get_ident local main_thread";
