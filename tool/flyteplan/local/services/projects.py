"""ProjectService over the catalog."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from flyteidl2.project import project_service_pb2
from flyteidl2.project.project_service_pb2 import Domain, Project

from flyteplan.local.clock import Clock
from flyteplan.local.faults import Fault
from flyteplan.local.services.filters import Kind
from flyteplan.local.services.handler import Handler, handler
from flyteplan.local.services.paging import offset_of, order_by
from flyteplan.local.services.projectfilters import project_clause
from flyteplan.local.store import Store, projects
from flyteplan.local.store.rows import Clause, Page, ProjectRow

if TYPE_CHECKING:
    import sqlite3

# As the server is configured when nobody configures it.
DOMAINS = (("development", "Development"), ("staging", "Staging"), ("production", "Production"))
_ARCHIVED = project_service_pb2.ProjectState.PROJECT_STATE_ARCHIVED
_COLUMNS = {
    "identifier": Kind.TEXT,
    "name": Kind.TEXT,
    "description": Kind.TEXT,
    "labels": Kind.OPAQUE,
    "state": Kind.INTEGER,
    "created_at": Kind.TIME,
    "updated_at": Kind.TIME,
}
_PACKAGE = "/flyteidl2.project.ProjectService/"


class ProjectService:
    """CreateProject, UpdateProject, GetProject and ListProjects."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def handlers(self) -> Iterator[Handler]:
        for call in (self.create_project, self.update_project, self.get_project, self.list_projects):
            yield handler(_PACKAGE, project_service_pb2, call)

    def create_project(
        self, request: project_service_pb2.CreateProjectRequest
    ) -> project_service_pb2.CreateProjectResponse:
        row = self._row(request.project)
        with self._store.writing() as connection:
            if not projects.create(connection, row):
                raise Fault("ALREADY_EXISTS", f"project already exists: {row.identifier}")
        return project_service_pb2.CreateProjectResponse()

    def update_project(
        self, request: project_service_pb2.UpdateProjectRequest
    ) -> project_service_pb2.UpdateProjectResponse:
        row = self._row(request.project)
        with self._store.writing() as connection:
            if not projects.update(connection, row):
                raise Fault("NOT_FOUND", f"project not found: {row.identifier}")
        return project_service_pb2.UpdateProjectResponse()

    def get_project(self, request: project_service_pb2.GetProjectRequest) -> project_service_pb2.GetProjectResponse:
        if not request.id:
            raise Fault("INVALID_ARGUMENT", "id is required")
        with self._store.reading() as connection:
            row = projects.find(connection, request.id)
        if row is None:
            raise Fault("NOT_FOUND", f"project not found: {request.id}")
        return project_service_pb2.GetProjectResponse(project=_project(row))

    def list_projects(
        self, request: project_service_pb2.ListProjectsRequest
    ) -> project_service_pb2.ListProjectsResponse:
        page = _page(request)
        with self._store.reading() as connection:
            found = projects.listing(connection, page)
        token = str(page.offset + page.limit) if len(found) == page.limit else ""
        listed = project_service_pb2.Projects(projects=map(_project, found), token=token)
        return project_service_pb2.ListProjectsResponse(projects=listed)

    def _row(self, project: Project) -> ProjectRow:
        if not project.id:
            raise Fault("INVALID_ARGUMENT", "project.id is required")
        now = self._clock()
        return ProjectRow(
            identifier=project.id,
            name=project.name,
            description=project.description,
            labels=project.labels.SerializeToString() if project.HasField("labels") else None,
            state=project.state,
            created_at=now,
            updated_at=now,
        )


def require_project(connection: sqlite3.Connection, name: str) -> None:
    """Whether it is archived, its domains and its org are not looked at."""
    if not name:
        raise Fault("INTERNAL", "failed to validate project: id is required")
    if projects.find(connection, name) is None:
        raise Fault("NOT_FOUND", f'project "{name}" not found')


def _page(request: project_service_pb2.ListProjectsRequest) -> Page:
    """No limit means no limit, and archived projects are shown to those who filter."""
    hidden = Clause("state != ?", (_ARCHIVED,))
    filters = project_clause(request.filters, _COLUMNS) if request.filters else hidden
    order = order_by([request.sort_by] if request.sort_by.key else [], _COLUMNS)
    limit = request.limit or -1
    return Page(filters=filters, order=order, limit=limit, offset=offset_of(request.token))


def _project(row: ProjectRow) -> Project:
    domains = [Domain(id=identifier, name=name) for identifier, name in DOMAINS]
    project = Project(id=row.identifier, name=row.name, domains=domains, description=row.description)
    project.state = cast("project_service_pb2.ProjectState", row.state)
    if row.labels:
        project.labels.MergeFromString(row.labels)
    return project
