# todo.exs - the seed's two modules, completed so that they compile and run; docs/seed.md sets them
# beside ours.
# TodoList is the immutable data abstraction, TodoServer the server process.
# Nothing here uses GenServer: spawn, send, receive and tail recursion only.

defmodule TodoList do
  # :todos is id => todo; :next is the id the next todo gets. Ids only grow,
  # so an id is never given out twice, even after a delete.
  defstruct todos: %{}, next: 1

  def new(todos \\ []) do
    Enum.reduce(todos, %TodoList{}, &add_todo(&2, &1))
  end

  def add_todo(%TodoList{todos: todos, next: next} = list, todo) do
    todo = Map.put(todo, :id, next)
    %TodoList{list | todos: Map.put(todos, next, todo), next: next + 1}
  end

  # Every todo of one date. The order is the map's own order: ascending id for
  # up to 32 entries, hash order above that (the seed promises none).
  def todos(%TodoList{todos: todos}, date) do
    todos
    |> Stream.filter(fn {_, todo} -> todo.date == date end)
    |> Enum.map(fn {_, todo} -> todo end)
  end

  # A missing id leaves the list as it is. The entry is stored under the id the
  # updater's result carries (new_todo.id), as in the seed.
  def update_todo(%TodoList{todos: todos} = list, todo_id, updater) do
    case todos[todo_id] do
      nil ->
        list

      old_todo ->
        new_todo = updater.(old_todo)
        %TodoList{list | todos: Map.put(todos, new_todo.id, new_todo)}
    end
  end

  def delete_todo(%TodoList{todos: todos} = list, todo_id) do
    %TodoList{list | todos: Map.delete(todos, todo_id)}
  end
end

defmodule TodoServer do
  # How long a synchronous caller waits. The seed's literal is 5000.
  @timeout 5000

  # --- client section -------------------------------------------------------

  def start do
    spawn(fn -> loop(TodoList.new()) end)
  end

  def add_todo(server_pid, todo) do
    send(server_pid, {:add_todo, todo})
  end

  def update_todo(server_pid, todo_id, updater_function) do
    send(server_pid, {:update_todo, todo_id, updater_function})
  end

  def delete_todo(server_pid, todo_id) do
    send(server_pid, {:delete_todo, todo_id})
  end

  # The timeout argument is the one addition to the seed's signatures: it lets
  # a test see the timeout without waiting five seconds.
  def todos(server_pid, date, timeout \\ @timeout) do
    send(server_pid, {:todos, self(), date})

    receive do
      {:todo_entries, entries} -> entries
    after
      timeout -> {:error, :timeout}
    end
  end

  def list(server_pid, timeout \\ @timeout) do
    send(server_pid, {:list, self()})

    receive do
      {:todo_list, list} -> list
    after
      timeout -> {:error, :timeout}
    end
  end

  # --- server section -------------------------------------------------------

  defp loop(current_list) do
    new_list =
      receive do
        message -> process_message(current_list, message)
      end

    loop(new_list)
  end

  defp process_message(todo_list, {:add_todo, new_todo}) do
    TodoList.add_todo(todo_list, new_todo)
  end

  defp process_message(todo_list, {:update_todo, id, updater}) do
    TodoList.update_todo(todo_list, id, updater)
  end

  defp process_message(todo_list, {:delete_todo, id}) do
    TodoList.delete_todo(todo_list, id)
  end

  defp process_message(todo_list, {:todos, caller, date}) do
    send(caller, {:todo_entries, TodoList.todos(todo_list, date)})
    todo_list
  end

  defp process_message(todo_list, {:list, caller}) do
    send(caller, {:todo_list, todo_list})
    todo_list
  end

  defp process_message(todo_list, _unknown) do
    todo_list
  end
end
