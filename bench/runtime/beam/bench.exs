# bench.exs - one scenario on BEAM: elixir --erl "+S 1:1 ..." bench.exs SCENARIO SIZE
#
# The same programs as bench/runtime/ours/*.ts, in compiled modules. A tenth of the size is done
# first and not counted. Prints one JSON line: name => number.

for file <- ["todo.exs", "processes.exs", "messages.exs", "calls.exs", "seed.exs"] do
  Code.require_file(file, __DIR__)
end

defmodule Bench do
  def main([name, size]) do
    size = String.to_integer(size)
    run(name, max(div(size, 10), 1))
    :erlang.garbage_collect()
    print(run(name, size))
    System.halt(0)
  end

  # A process of its own for each run: its heap is not the last one's.
  defp run(name, size) do
    main = self()
    {pid, ref} = spawn_monitor(fn -> send(main, {:figures, scenario(name, size)}) end)

    receive do
      {:figures, figures} ->
        receive do
          {:DOWN, ^ref, :process, ^pid, _} -> figures
        end

      {:DOWN, ^ref, :process, ^pid, reason} ->
        exit(reason)
    end
  end

  defp scenario("idle", size), do: Processes.idle(size)
  defp scenario("idle_server", size), do: Processes.idle_server(size)
  defp scenario("kill_linked", size), do: Processes.kill_linked(size)
  defp scenario("kill_named", size), do: Processes.kill_named(size)
  defp scenario("churn", size), do: Processes.churn(size)
  defp scenario("spawn", size), do: Processes.spawn_and_exit(size)
  defp scenario("ping_pong", size), do: Messages.ping_pong(size)
  defp scenario("ring", size), do: Messages.ring(size)
  defp scenario("fan_in", size), do: Messages.fan_in(size)
  defp scenario("flat", size), do: Messages.flat(size)
  defp scenario("dispatch", size), do: Messages.dispatch(size)
  defp scenario("call", size), do: Calls.calls(size)
  defp scenario("cast", size), do: Calls.casts(size)
  defp scenario("backlog", size), do: Calls.backlog(size)
  defp scenario("seed_a", size), do: Seed.seed_a(size)
  defp scenario("seed_b", size), do: Seed.seed_b(size)
  defp scenario("todo_call", size), do: Seed.todo_call(size)
  defp scenario("todo_mixed", size), do: Seed.todo_mixed(size)
  defp scenario("worst_call", size), do: Seed.worst_call(size)

  defp print(figures) do
    members = Enum.map_join(figures, ",", fn {name, value} -> ~s("#{name}":#{value / 1}) end)
    IO.puts("{" <> members <> "}")
  end
end

Bench.main(System.argv())
