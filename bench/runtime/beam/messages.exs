# messages.exs - ping-pong, ring, fan-in, a flat heap, and dispatch.

defmodule Messages do
  @ring_processes 1_000
  @senders 100
  @batch 1_000
  @subscribers 1_000

  def ping_pong(size) do
    ponger = spawn(&pong/0)
    started_at = Cpu.ms()
    trips(size, ponger)
    [perSecond: Cpu.per_second(started_at, size)]
  end

  defp trips(0, _ponger), do: :ok

  defp trips(left, ponger) do
    send(ponger, {:ping, self()})

    receive do
      :pong -> trips(left - 1, ponger)
    end
  end

  defp pong do
    receive do
      {:ping, from} ->
        send(from, :pong)
        pong()
    end
  end

  def ring(size) do
    main = self()
    last = spawn(fn -> wait_for_neighbour(main) end)

    first =
      Enum.reduce(2..@ring_processes, last, fn _, next -> spawn(fn -> forward(next, main) end) end)

    send(last, {:neighbour, first})
    started_at = Cpu.ms()
    send(first, size)

    receive do
      :done -> [perSecond: Cpu.per_second(started_at, size)]
    end
  end

  defp wait_for_neighbour(main) do
    receive do
      {:neighbour, first} -> forward(first, main)
    end
  end

  defp forward(next, main) do
    receive do
      0 -> send(main, :done)
      hops -> send(next, hops - 1)
    end

    forward(next, main)
  end

  # The target is set against :off_heap, which is the faster one.
  def fan_in(size) do
    [offHeapPerSecond: fan_in(size, :off_heap), perSecond: fan_in(size, :on_heap)]
  end

  defp fan_in(size, where) do
    main = self()
    each = max(div(size, @senders), 1)
    total = each * @senders
    started_at = Cpu.ms()

    counter =
      :erlang.spawn_opt(
        fn ->
          count(total)
          send(main, :done)
        end,
        message_queue_data: where
      )

    Enum.each(1..@senders, fn _ -> spawn(fn -> send_many(each, counter) end) end)

    receive do
      :done -> Cpu.per_second(started_at, total)
    end
  end

  defp count(0), do: :ok

  defp count(left) do
    receive do
      _ -> count(left - 1)
    end
  end

  defp send_many(0, _to), do: :ok

  defp send_many(left, to) do
    send(to, left)
    send_many(left - 1, to)
  end

  def flat(size) do
    main = self()
    taker = spawn(fn -> take_batches(main) end)
    before = settled_memory(taker)
    started_at = Cpu.ms()

    Enum.each(1..max(div(size, @batch), 1), fn _ ->
      send_many(@batch, taker)

      receive do
        :enough -> :ok
      end
    end)

    rate = Cpu.per_second(started_at, size)
    [heapRatio: settled_memory(taker) / before, perSecond: rate]
  end

  defp take_batches(main) do
    count(@batch)
    send(main, :enough)
    take_batches(main)
  end

  defp settled_memory(taker) do
    :erlang.garbage_collect(taker)
    :erlang.garbage_collect()
    :erlang.memory(:processes)
  end

  def dispatch(size) do
    main = self()
    registry = :"registry_#{size}"
    {:ok, _} = Registry.start_link(keys: :duplicate, name: registry)

    Enum.each(1..@subscribers, fn place ->
      spawn(fn ->
        {:ok, _} = Registry.register(registry, "topic", nil)
        send(main, :registered)
        subscriber(place == @subscribers, main)
      end)

      # One after the other, so that the last one is also the last that is told.
      receive do
        :registered -> :ok
      end
    end)

    rounds = max(div(size, @subscribers), 1)
    started_at = Cpu.ms()
    dispatches(rounds, registry)
    [perSecond: Cpu.per_second(started_at, rounds * @subscribers)]
  end

  defp dispatches(0, _registry), do: :ok

  defp dispatches(left, registry) do
    Registry.dispatch(registry, "topic", fn entries ->
      for {pid, _} <- entries, do: send(pid, {:news, "it rains"})
    end)

    receive do
      :seen -> dispatches(left - 1, registry)
    end
  end

  defp subscriber(last?, main) do
    receive do
      {:news, _text} -> if last?, do: send(main, :seen)
    end

    subscriber(last?, main)
  end
end
