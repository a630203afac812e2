/**
 * UpdateBy: two clients that count in the title of one todo, at the same time, lose no count.
 *
 * TODO_COUNTS sets how far each counts, 1000 unless given.
 */
import { expect, test } from "vitest";
import { TodoClient } from "../../client/todo_client.ts";
import { ServerProcess } from "../support/server_process.ts";

const COUNTS = Number(process.env.TODO_COUNTS ?? 1000);

test("two clients count in one title", { timeout: 300_000 }, async () => {
  const server = await ServerProcess.start();
  const token = await server.token("alice");
  const connect = () => TodoClient.connect({ url: server.socketUrl, token });
  const clients = await Promise.all([connect(), connect()]);
  const [first] = clients;
  const { list } = await first.start({ title: "Counter", todos: [{ title: "0" }] });
  const count = async (client: TodoClient): Promise<void> => {
    for (let n = 0; n < COUNTS; n++) {
      await client.updateTodo(list, 1, (todo) => ({ ...todo, title: `${Number(todo.title) + 1}` }));
    }
  };
  await Promise.all(clients.map(count));
  const { todos, seq } = await first.list(list);
  expect(todos).toMatchObject([{ title: `${2 * COUNTS}` }]);
  expect(seq).toBe(1 + 2 * COUNTS);
  for (const client of clients) client.close();
  await server.remove();
});
