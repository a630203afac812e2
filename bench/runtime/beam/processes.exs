# processes.exs - many idle processes, their end all at once, and many that come and go.

# Milliseconds of CPU that the VM has used: what its one core would have needed if nobody else had
# used it.
defmodule Cpu do
  @ms_per_tick 10

  # User and system: `:erlang.statistics(:runtime)` leaves out the kernel's share.
  def ms do
    [_, after_name] = String.split(File.read!("/proc/self/stat"), ") ")
    [user, system] = after_name |> String.split(" ") |> Enum.slice(11, 2)
    (String.to_integer(user) + String.to_integer(system)) * @ms_per_tick
  end

  def ms_since(started_at), do: ms() - started_at
  def per_second(started_at, count), do: count * 1000 / max(ms_since(started_at), 1)
end

defmodule Quiet do
  use GenServer
  def init(first), do: {:ok, first}
end

defmodule Processes do
  @batch 1_000

  def idle(size) do
    before = :erlang.memory(:processes)
    started_at = Cpu.ms()
    pids = spawn_many(size, [])
    until_all_wait()
    rate = Cpu.per_second(started_at, size)
    # The list of pids, two words each, is not theirs.
    bytes_each = (:erlang.memory(:processes) - before) / size
    Enum.each(pids, &Process.exit(&1, :kill))
    until_dead(pids)
    [perSecond: rate, bytesEach: bytes_each]
  end

  def idle_server(size) do
    before = :erlang.memory(:processes)
    started_at = Cpu.ms()
    pids = start_many(size, [])
    rate = Cpu.per_second(started_at, size)
    bytes_each = (:erlang.memory(:processes) - before) / size
    Enum.each(pids, &Process.exit(&1, :kill))
    until_dead(pids)
    [perSecond: rate, bytesEach: bytes_each]
  end

  def kill_linked(size) do
    others = :erlang.system_info(:process_count)
    main = self()

    owner =
      spawn(fn ->
        link_many(size)
        until_all_wait()
        send(main, :ready)
        wait_forever()
      end)

    receive do
      :ready -> :ok
    end

    started_at = Cpu.ms()
    Process.exit(owner, :shutdown)
    until_count(others)
    [ms: Cpu.ms_since(started_at)]
  end

  def kill_named(size) do
    others = :erlang.system_info(:process_count)
    # Names are atoms; the VM was started with room for them.
    names = Enum.map(1..size, &String.to_atom("name#{&1}"))
    pids = Enum.map(names, &spawn_named/1)
    until_all_wait()
    :erlang.garbage_collect()
    started_at = Cpu.ms()
    Enum.each(pids, &Process.exit(&1, :shutdown))
    until_count(others)
    [ms: Cpu.ms_since(started_at)]
  end

  def churn(size) do
    rounds = div(size, @batch)
    names = Enum.map(1..@batch, &String.to_atom("name#{&1}"))
    come_and_go(names)
    before = settled_memory()
    started_at = Cpu.ms()
    Enum.each(1..rounds, fn _ -> come_and_go(names) end)
    rate = Cpu.per_second(started_at, rounds * @batch)
    [heapRatio: settled_memory() / before, perSecond: rate]
  end

  def spawn_and_exit(size) do
    rounds = max(div(size, @batch), 1)
    me = self()
    started_at = Cpu.ms()
    results(rounds, me)
    [perSecond: Cpu.per_second(started_at, rounds * @batch)]
  end

  defp results(0, _me), do: :ok

  defp results(rounds, me) do
    spawn_results(@batch, me)
    take(@batch)
    results(rounds - 1, me)
  end

  defp spawn_results(0, _me), do: :ok

  defp spawn_results(left, me) do
    spawn(fn -> send(me, left) end)
    spawn_results(left - 1, me)
  end

  defp take(0), do: :ok

  defp take(left) do
    receive do
      _ -> take(left - 1)
    end
  end

  defp come_and_go(names) do
    Enum.each(names, fn name ->
      pid = spawn_link(&take_one/0)
      Process.register(pid, name)
      Process.monitor(pid)
      send(pid, :go)
    end)

    take(length(names))
  end

  defp take_one do
    receive do
      :go -> :ok
    after
      60_000 -> :ok
    end
  end

  defp spawn_many(0, pids), do: pids
  defp spawn_many(left, pids), do: spawn_many(left - 1, [spawn(&wait_forever/0) | pids])

  defp start_many(0, pids), do: pids

  defp start_many(left, pids) do
    {:ok, pid} = GenServer.start(Quiet, left)
    start_many(left - 1, [pid | pids])
  end

  defp link_many(0), do: :ok

  defp link_many(left) do
    spawn_link(&wait_forever/0)
    link_many(left - 1)
  end

  defp spawn_named(name) do
    pid = spawn(&wait_forever/0)
    Process.register(pid, name)
    pid
  end

  defp wait_forever do
    receive do
      :never -> :ok
    end
  end

  # One more process, which begins after those that were spawned before it.
  defp until_all_wait do
    me = self()
    spawn(fn -> send(me, :all) end)

    receive do
      :all -> :ok
    end
  end

  defp until_count(count) do
    if :erlang.system_info(:process_count) > count do
      :erlang.yield()
      until_count(count)
    end
  end

  defp until_dead(pids), do: Enum.each(pids, &until_one_dead/1)

  defp until_one_dead(pid) do
    if Process.alive?(pid) do
      :erlang.yield()
      until_one_dead(pid)
    end
  end

  defp settled_memory do
    Enum.each(Process.list(), &:erlang.garbage_collect/1)
    :erlang.memory(:processes)
  end
end
