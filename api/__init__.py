"""HTTP, live, enrolment, and the page in `api/web/`."""
