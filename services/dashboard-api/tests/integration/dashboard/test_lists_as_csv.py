"""Short lists come whole, as CSV too."""

from .surroundings import Dashboard


async def test_sources_and_sites_come_as_csv_without_their_secrets(north: Dashboard) -> None:
    headers = await north.bearer()
    async with north.http.get("/api/v1/districts/north/sources.csv?separator=semicolon", headers=headers) as answer:
        sources = await answer.text()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sources.csv"'
    heading, line = sources.splitlines()
    assert heading.startswith("id;name;kind;settings;secrets") and line.startswith("main;")
    async with north.http.get("/api/v1/districts/north/targets?format=csv", headers=headers) as answer:
        targets = await answer.text()
    assert targets.splitlines()[1].startswith("main,North Moodle,https://moodle.example,")
    assert "sis-secret-value" not in sources and "moodle-token" not in targets
    async with north.http.get("/api/v1/districts/north/sources", headers=headers) as answer:
        assert (await answer.json())["sources"][0]["id"] == "main" and "ETag" in answer.headers


async def test_causes_and_workers_come_as_csv(north: Dashboard) -> None:
    headers = await north.bearer()
    for path, first in {
        "/api/v1/errors/causes.csv": "code,severity,records,schools",
        "/api/v1/system/workers.csv": "service,id,host,pid",
    }.items():
        async with north.http.get(path, headers=headers) as answer:
            assert answer.status == 200 and (await answer.text()).startswith(first), path
