# seed.exs - the article's TodoServer, todo.exs as it is. Sizes and turns are those of sizes.ts.

defmodule Seed do
  @seed_a_adds 100_000
  @seed_b_servers 1_000
  @seed_dates 100
  @small_list_todos 10
  @mixed_todos 10_000
  @mixed_operations 10_000
  @mixed_dates 1_000
  @calls_per_list 5

  def seed_a(size) do
    rounds = max(div(size, @seed_a_adds), 1)
    dates = dates()
    started_at = Cpu.ms()

    Enum.each(1..rounds, fn _ ->
      server = TodoServer.start()
      add_dated(0, @seed_a_adds, server, dates)
      %TodoList{todos: todos} = TodoServer.list(server, :infinity)
      @seed_a_adds = map_size(todos)
      Process.exit(server, :kill)
    end)

    [perSecond: Cpu.per_second(started_at, rounds * @seed_a_adds)]
  end

  def seed_b(size) do
    dates = dates()
    servers = Enum.map(1..@seed_b_servers, fn _ -> TodoServer.start() end)
    each = max(div(size, @seed_b_servers), 1)
    started_at = Cpu.ms()

    Enum.each(0..(each - 1), fn index ->
      Enum.each(servers, &add_one(&1, rem(index, @seed_dates), dates))
    end)

    Enum.each(servers, &TodoServer.todos(&1, elem(dates, 0), :infinity))
    rate = Cpu.per_second(started_at, (each + 1) * @seed_b_servers)
    Enum.each(servers, &Process.exit(&1, :kill))
    [perSecond: rate]
  end

  def todo_call(size) do
    dates = dates()
    server = TodoServer.start()
    some = div(@small_list_todos, 2)
    Enum.each(0..(@small_list_todos - 1), &add_one(server, rem(&1, some), dates))
    started_at = Cpu.ms()
    call_many(0, size, server, {dates, some})
    [perSecond: Cpu.per_second(started_at, size)]
  end

  def todo_mixed(size) do
    dates = dates()
    rounds = max(div(size, @mixed_operations), 1)
    ms = Enum.reduce(1..rounds, 0, fn _, ms -> ms + mixed_round(dates) end)
    [perSecond: rounds * @mixed_operations * 1000 / ms]
  end

  def worst_call(size) do
    dates = dates()

    servers =
      List.to_tuple(
        Enum.map(1..size, fn _ ->
          server = TodoServer.start()
          Enum.each(0..(@small_list_todos - 1), &add_one(server, &1, dates))
          TodoServer.todos(server, elem(dates, 0))
          server
        end)
      )

    calls = size * @calls_per_list
    # Times go to counters outside of this process's heap, as ours go to a typed array.
    table = :counters.new(calls, [])
    timed_calls(0, calls, {servers, dates, table})
    times = Enum.sort(Enum.map(1..calls, &:counters.get(table, &1)))
    worst = List.last(times)
    p999 = Enum.at(times, trunc(calls * 0.999))
    for server <- Tuple.to_list(servers), do: Process.exit(server, :kill)
    [worstMs: worst / 1.0e6, p999Ms: p999 / 1.0e6]
  end

  defp timed_calls(calls, calls, _), do: :ok

  defp timed_calls(index, calls, {servers, dates, table} = all) do
    server = elem(servers, rem(index * 7919, tuple_size(servers)))
    started_at = :erlang.monotonic_time(:nanosecond)
    add_one(server, index, dates)
    TodoServer.todos(server, date(index, dates))
    :counters.put(table, index + 1, :erlang.monotonic_time(:nanosecond) - started_at)
    timed_calls(index + 1, calls, all)
  end

  defp mixed_round(dates) do
    server = TodoServer.start()
    add_many(0, @mixed_todos, server, dates)
    TodoServer.todos(server, elem(dates, 0), :infinity)
    started_at = Cpu.ms()
    mixed(0, @mixed_todos + 1, server, dates)
    TodoServer.todos(server, elem(dates, 0), :infinity)
    ms = Cpu.ms_since(started_at)
    Process.exit(server, :kill)
    ms
  end

  defp mixed(@mixed_operations, _next, _server, _dates), do: :ok

  defp mixed(index, next, server, dates) do
    case rem(index, 10) do
      turn when turn in [0, 2, 4, 8] ->
        add_one(server, index, dates)
        mixed(index + 1, next + 1, server, dates)

      turn when turn in [1, 5, 7] ->
        TodoServer.update_todo(server, mixed_id(index, next), &rename/1)
        mixed(index + 1, next, server, dates)

      turn when turn in [3, 9] ->
        TodoServer.delete_todo(server, mixed_id(index, next))
        mixed(index + 1, next, server, dates)

      6 ->
        TodoServer.todos(server, date(index, dates), :infinity)
        mixed(index + 1, next, server, dates)
    end
  end

  defp mixed_id(index, next), do: 1 + rem(index * 7919, next - 1)

  defp rename(todo), do: %{todo | title: "Buy oat milk"}

  defp call_many(size, size, _server, _), do: :ok

  defp call_many(index, size, server, {dates, some} = all) do
    [_, _] = TodoServer.todos(server, elem(dates, rem(index, some)))
    call_many(index + 1, size, server, all)
  end

  defp add_dated(size, size, _server, _dates), do: :ok

  defp add_dated(index, size, server, dates) do
    add_one(server, rem(index, @seed_dates), dates)
    add_dated(index + 1, size, server, dates)
  end

  defp add_many(size, size, _server, _dates), do: :ok

  defp add_many(index, size, server, dates) do
    add_one(server, index, dates)
    add_many(index + 1, size, server, dates)
  end

  defp add_one(server, index, dates) do
    TodoServer.add_todo(server, %{title: "Buy milk", date: date(index, dates)})
  end

  defp date(index, dates), do: elem(dates, rem(index, @mixed_dates))

  # As text, as ours are.
  defp dates do
    List.to_tuple(
      Enum.map(0..(@mixed_dates - 1), fn index ->
        day = rem(index, 27) + 1
        month = rem(div(index, 27), 12) + 1
        year = 2026 + div(index, 324)
        "#{year}-#{pad(month)}-#{pad(day)}"
      end)
    )
  end

  defp pad(number), do: String.pad_leading(Integer.to_string(number), 2, "0")
end
