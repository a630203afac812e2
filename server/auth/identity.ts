/**
 * Identity: who a caller is, as its token says.
 *
 * A connection keeps the identity it was let in with; rights on lists are not part of it, they live
 * with each list.
 */

export interface Identity {
  /** A user name as PROTOCOL.md section 1 has it: "alice". */
  readonly user: string;
  /** Milliseconds since 1970 from which the identity no longer holds; null: it never ends. */
  readonly expiresAt: number | null;
  /** It may see what concerns the whole server, such as its metrics; absent: it may not. */
  readonly isOperator?: boolean;
}
