/**
 * ServerUrl: where a server is, as people write it and as it is connected to.
 */

/** Where `npm start` listens. */
export const URL_DEFAULT = "ws://127.0.0.1:4000/socket";
/** The path of a server's socket. */
export const SOCKET_PATH = "/socket";

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const SOCKET_SCHEME: ReadonlyMap<string, string> = new Map([
  ["ws:", "ws:"],
  ["wss:", "wss:"],
  ["http:", "ws:"],
  ["https:", "wss:"],
]);

/** The url of the socket, or the sentence that says what is wrong. */
export type SocketUrl =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly sentence: string };

/** socketUrl("http://127.0.0.1:4000") → "ws://127.0.0.1:4000/socket" */
export function socketUrl(text: string): SocketUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = SOCKET_SCHEME.get(url?.protocol ?? "");
  if (url === undefined || scheme === undefined) {
    const sentence = `--url wants one like ${URL_DEFAULT}; ${JSON.stringify(text)} came.`;
    return { ok: false, sentence };
  }
  if (url.search !== "" || url.username !== "" || url.hash !== "") {
    const sentence = "--url wants no token, user or query; a token goes in TODO_TOKEN.";
    return { ok: false, sentence };
  }
  url.protocol = scheme;
  if (url.pathname === "/") url.pathname = SOCKET_PATH;
  return { ok: true, url: url.href };
}

/** Whether the server at this url is on this machine. */
export function isLoopback(url: string): boolean {
  return LOOPBACK.test(new URL(url).hostname);
}
