# calls.exs - GenServer calls and casts, and a reply by ref that others' mail waits beside.

defmodule Counter do
  use GenServer
  def init(first), do: {:ok, first}
  def handle_call(:get, _from, count), do: {:reply, count, count}
  def handle_cast(:increment, count), do: {:noreply, count + 1}
end

defmodule Calls do
  @backlog 10_000

  def calls(size) do
    {:ok, server} = GenServer.start(Counter, 0)
    started_at = Cpu.ms()
    call_many(size, server)
    [perSecond: Cpu.per_second(started_at, size)]
  end

  defp call_many(0, _server), do: :ok

  defp call_many(left, server) do
    GenServer.call(server, :get)
    call_many(left - 1, server)
  end

  def casts(size) do
    {:ok, server} = GenServer.start(Counter, 0)
    started_at = Cpu.ms()
    cast_many(size, server)
    ^size = GenServer.call(server, :get, :infinity)
    [perSecond: Cpu.per_second(started_at, size)]
  end

  defp cast_many(0, _server), do: :ok

  defp cast_many(left, server) do
    GenServer.cast(server, :increment)
    cast_many(left - 1, server)
  end

  # The caller's mail is off its heap, which is some times faster: no collection copies it.
  def backlog(size) do
    main = self()
    asks = fn -> send(main, {:micros, ask_with_backlog(size)}) end
    :erlang.spawn_opt(asks, message_queue_data: :off_heap)

    receive do
      {:micros, figures} -> figures
    end
  end

  defp ask_with_backlog(size) do
    echo = spawn(&answer/0)
    without = micros_per_call(echo, size)
    Enum.each(1..@backlog, &send(self(), &1))
    [micros: micros_per_call(echo, size), microsWithout: without]
  end

  defp micros_per_call(echo, size) do
    started_at = Cpu.ms()
    ask_many(size, echo)
    Cpu.ms_since(started_at) * 1000 / size
  end

  defp ask_many(0, _echo), do: :ok

  defp ask_many(left, echo) do
    ref = make_ref()
    send(echo, {self(), ref, left})

    receive do
      {^ref, _value} -> ask_many(left - 1, echo)
    end
  end

  defp answer do
    receive do
      {from, ref, value} -> send(from, {ref, value})
    end

    answer()
  end
end
