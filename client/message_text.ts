/**
 * MessageText: a call or a cast as the server gets it: JSON-RPC 2.0 in one line.
 */

/** One call. `params`: an object, or its JSON text. `write`: it changes something. */
export interface RpcRequest {
  readonly method: string;
  readonly params: object | string;
  readonly write?: boolean;
}

/** The message of a call, or of a cast when there is no id. */
export function messageText({ method, params }: RpcRequest, id?: number): string {
  const text = typeof params === "string" ? params : JSON.stringify(params);
  const member = id === undefined ? "" : `"id":${id},`;
  return `{"jsonrpc":"2.0",${member}"method":${JSON.stringify(method)},"params":${text}}`;
}
