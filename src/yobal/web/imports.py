"""The desk's routes for imports: the list, a sample to read, and a lead's signature or refusal."""

import secrets
from typing import Final

from litestar.params import JSONBody

from yobal.actions import purge_deleted, sign_import
from yobal.actions.sign_import import ManifestSignature
from yobal.core.errors import NoSuchImport
from yobal.core.schedule import day_of
from yobal.store import imports, staged_comments, stories
from yobal.store.database import Connection
from yobal.store.imports import Import
from yobal.store.staged_comments import StagedStory
from yobal.web import request_types, serializers
from yobal.web import response_types as types
from yobal.web.guard import AnyRequest
from yobal.web.moderation import DeskDependencies, purge_after_commit

STORIES_SHOWN_MAX: Final = 20
SAMPLE_COMMENTS: Final = 10


class ImportsController:
    """One method for each route. The methods are sync and run in threads."""

    def __init__(self, dependencies: DeskDependencies) -> None:
        self._dependencies = dependencies
        self._rules = dependencies.rules
        self._database = dependencies.database

    def imports(self) -> types.ImportList:
        with self._database.reading() as conn:
            items = imports.list_all(conn, self._rules.site_id)
            return types.ImportList([self._overview(conn, item) for item in items])

    def _overview(self, conn: Connection, item: Import) -> types.ImportOverview:
        waiting = staged_comments.stories(conn, item.id)
        appears = item.due_slot
        return types.ImportOverview(
            import_id=item.id,
            source=item.source,
            format=item.format,
            state=item.state,
            comments=item.comments_total,
            rows_hash=item.rows_hash,
            sealed_count=staged_comments.count_sealed(conn, item.id),
            waiting_count=sum(story.comments for story in waiting),
            stories=[self._story(conn, story) for story in waiting[:STORIES_SHOWN_MAX]],
            story_count=len(waiting),
            signed_by=item.signed_by,
            appears=serializers.slot_with_label(self._rules, appears)
            if appears is not None
            else None,
        )

    def _story(self, conn: Connection, story: StagedStory) -> types.ImportStory:
        schedule = self._rules.schedule
        return types.ImportStory(
            story_id=story.story_id,
            title=self._title(conn, story.story_id),
            comments=story.comments,
            first_day=day_of(schedule, story.first_slot).isoformat(),
            last_day=day_of(schedule, story.last_slot).isoformat(),
        )

    def _title(self, conn: Connection, story_id: str) -> str:
        editions = stories.editions_of(conn, self._rules.site_id, story_id)
        return editions[0].title if editions else story_id

    def sample(self, data: JSONBody[request_types.ImportSampleRequest]) -> types.ImportSample:
        """Other ones each time."""
        with self._database.reading() as conn:
            if imports.get(conn, data.import_id) is None:
                raise NoSuchImport
            rows = staged_comments.sample(
                conn,
                data.import_id,
                limit=SAMPLE_COMMENTS,
                random=secrets.token_bytes,
                story_id=data.story_id,
            )
            return types.ImportSample(
                [
                    types.SampleComment(
                        story_id=row.story_id,
                        story_title=self._title(conn, row.story_id),
                        day=day_of(self._rules.schedule, row.slot).isoformat(),
                        name=row.name,
                        text=row.text,
                        lang=row.lang,
                        is_reply=row.parent_id is not None,
                    )
                    for row in rows
                ]
            )

    def sign(
        self, data: JSONBody[request_types.SignImportRequest], request: AnyRequest
    ) -> types.SignedImport:
        slot = sign_import.sign(
            self._database,
            self._rules,
            self._dependencies.roster_reader,
            data.import_id,
            pseudonym=request.state.moderator.pseudonym,
            manifest=ManifestSignature(
                comments=data.comments,
                rows_hash=data.rows_hash,
                head=data.head,
                signature=data.signature,
            ),
            now=self._dependencies.clock(),
        )
        return types.SignedImport(serializers.slot_with_label(self._rules, slot))

    def refuse(self, data: JSONBody[request_types.RefuseImportRequest]) -> types.Empty:
        """The response is sent after the texts are gone from every file."""
        sign_import.refuse(self._database, self._rules, data.import_id, random=secrets.token_bytes)
        with purge_after_commit():
            purge_deleted.purge_deleted(
                self._database, self._dependencies.cell_file, self._rules.site_id
            )
        return types.Empty()
