"""The desk's routes for sessions: what a device keeps, locking, and the list of one's sessions."""

from litestar import Response
from litestar.params import JSONBody

from yobal.actions import session_lock, session_row, sessions
from yobal.actions.session_row import SessionAccess
from yobal.core.errors import InvalidInput, NotSignedIn, WrongPin
from yobal.web import request_types, serializers
from yobal.web import response_types as types
from yobal.web.guard import AnyRequest, session_token
from yobal.web.moderation import DeskDependencies
from yobal.web.people import session_cookie


class SessionsController:
    """One method for each route. The methods are sync and run in threads."""

    def __init__(self, dependencies: DeskDependencies, access: SessionAccess) -> None:
        self._rules = dependencies.rules
        self._database = dependencies.database
        self._device_keys = dependencies.device_keys
        self._clock = dependencies.clock
        self._access = access

    def hold_device_key(
        self, data: JSONBody[request_types.HoldDeviceKeyRequest], request: AnyRequest
    ) -> types.Empty:
        token_hash = self._token_hash(request)
        self._device_keys.hold(token_hash, bytes.fromhex(data.device_key))
        self._label(request, data.device_label)
        return types.Empty()

    def device_key(self, request: AnyRequest) -> types.DeviceKey:
        device_key = self._device_keys.get(self._token_hash(request))
        return types.DeviceKey(device_key.hex() if device_key is not None else None)

    def set_pin(
        self, data: JSONBody[request_types.SetPinRequest], request: AnyRequest
    ) -> types.Empty:
        pin_hash = bytes.fromhex(data.pin_hash) if data.pin_hash is not None else None
        if not self._device_keys.set_pin(self._token_hash(request), pin_hash):
            raise InvalidInput("a PIN needs keys that this browser stores, so sign in again first")
        return types.Empty()

    def lock(self, request: AnyRequest) -> Response[types.Empty]:
        """Without a PIN this signs out."""
        token = session_token(request)
        response = Response(types.Empty())
        if token is None or not session_lock.lock(self._access, token=token, now=self._clock()):
            response.cookies = [session_cookie("", age=0)]
        return response

    def lock_state(self, request: AnyRequest) -> types.LockState:
        token = session_token(request)
        state = None
        if token is not None:
            state = session_lock.lock_state(self._access, token=token, now=self._clock())
        if state is None:
            return types.LockState(None, 0)
        return types.LockState(state.pseudonym, state.pin_tries_left)

    def unlock(
        self, data: JSONBody[request_types.UnlockRequest], request: AnyRequest
    ) -> types.Empty:
        token = session_token(request)
        if token is None:
            raise WrongPin(tries_left=0)
        pin_hash = bytes.fromhex(data.pin_hash)
        session_lock.unlock(self._access, token=token, pin_hash=pin_hash, now=self._clock())
        return types.Empty()

    def sessions(self, request: AnyRequest) -> types.SessionList:
        moderator = request.state.moderator
        own, others = sessions.list_sessions(
            self._database, self._rules.site_id, pseudonym=moderator.pseudonym, now=self._clock()
        )
        current_hash = self._token_hash(request)
        return types.SessionList(
            own=[
                serializers.open_session(self._rules, session, current_hash=current_hash)
                for session in own
            ],
            others=[types.SessionCount(*item) for item in others.items()]
            if moderator.role == "lead"
            else [],
        )

    def label_device(
        self, data: JSONBody[request_types.LabelDeviceRequest], request: AnyRequest
    ) -> types.Empty:
        self._label(request, data.device_label)
        return types.Empty()

    def _label(self, request: AnyRequest, device_label: str) -> None:
        sessions.label(
            self._database,
            self._rules.site_id,
            self._token_hash(request),
            device_label,
            pseudonym=request.state.moderator.pseudonym,
            now=self._clock(),
        )

    def end_session(
        self, data: JSONBody[request_types.EndSessionRequest], request: AnyRequest
    ) -> types.Empty:
        """Only one's own; another's changes nothing."""
        sessions.end(
            self._database,
            self._device_keys,
            self._rules.site_id,
            pseudonym=request.state.moderator.pseudonym,
            only_hash=bytes.fromhex(data.session_id),
            now=self._clock(),
        )
        return types.Empty()

    def end_other_sessions(self, request: AnyRequest) -> types.Empty:
        """All of one's own but this one, also those that began since the list was loaded."""
        sessions.end(
            self._database,
            self._device_keys,
            self._rules.site_id,
            pseudonym=request.state.moderator.pseudonym,
            except_hash=self._token_hash(request),
            now=self._clock(),
        )
        return types.Empty()

    def end_sessions(self, data: JSONBody[request_types.EndSessionsRequest]) -> types.Empty:
        sessions.end(
            self._database,
            self._device_keys,
            self._rules.site_id,
            pseudonym=data.pseudonym,
            now=self._clock(),
        )
        return types.Empty()

    def _token_hash(self, request: AnyRequest) -> bytes:
        """The hash of the token of a request that the guard has let through."""
        token = session_token(request)
        if token is None:
            raise NotSignedIn
        return session_row.hash_token(self._access.session_key, token)
