"""The one task: to do a job of the schedule now. Beat asks for each as often as the schedule says."""

from newsroom.celery import app
from newsroom.schedule import JOBS

BY_NAME = {job.name: job for job in JOBS}


@app.task(name="newsroom.do")  # type: ignore[untyped-decorator]
def do(name: str) -> None:
    """
    Do a job, and ask for it once more if it is keen and found something to do.

    So many workers share a large mailing: each takes the next poke. Raises KeyError for a job that is none (any more).
    """
    job = BY_NAME[name]
    if job.run() and job.is_keen:
        do.apply_async([name], expires=job.every.total_seconds())


app.conf.beat_schedule = {
    job.name: {
        "task": do.name,
        "schedule": job.every,
        "args": [job.name],
        "options": {"expires": job.every.total_seconds()},  # a queue that nobody empties must not grow
    }
    for job in JOBS
}
