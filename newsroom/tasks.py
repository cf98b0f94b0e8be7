"""The one task: to do a job of the schedule now. Beat asks for each as often as the schedule says."""

from datetime import timedelta

from newsroom.celery import app
from newsroom.schedule import JOBS, Job

BY_NAME = {job.name: job for job in JOBS}


# How often beat asks for a keen job, so that several workers share a large mailing: one that is free takes the next
# poke, and if none is, the poke expires and keeps no other job waiting.
OFTEN = timedelta(seconds=1)


@app.task(name="newsroom.do")  # type: ignore[untyped-decorator]
def do(name: str) -> None:
    """Do a job. Raises KeyError for one that is none (any more)."""
    BY_NAME[name].run()


def often(job: Job) -> timedelta:
    return OFTEN if job.is_keen else job.every


app.conf.beat_schedule = {
    job.name: {
        "task": do.name,
        "schedule": often(job),
        "args": [job.name],
        "options": {"expires": often(job).total_seconds()},  # a queue that nobody empties must not grow
    }
    for job in JOBS
}
