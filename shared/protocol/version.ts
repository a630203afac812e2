/**
 * Version: the names under which this protocol is offered in a WebSocket upgrade.
 *
 * Source: PROTOCOL.md section 1, rows "subprotocol" and "credentials".
 */

/** The subprotocol that a client offers and the server answers. */
export const SUBPROTOCOL = "todo.v1";

/** The number behind it, as `welcome` says it. */
export const PROTOCOL_VERSION = 1;

/** A second offered subprotocol that begins so carries a token: `todo.bearer.TOKEN`. */
export const BEARER_PREFIX = "todo.bearer.";

/** This implementation's own version, as `welcome` and `--version` say it; that of package.json. */
export const SOFTWARE_VERSION = "0.1.0";
