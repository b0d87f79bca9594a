namespace Lifecycle.Sdk.Journal;

/// <summary>A background thread that does one thing after another, so that none of it waits for the thread pool or for the pump.</summary>
internal sealed class WorkerThread
{
    private readonly object _gate = new();
    private readonly Queue<Action> _actions = new();
    private readonly string _name;
    private Thread? _thread;
    private bool _stopped;

    public WorkerThread(string name) => _name = name;

    /// <summary>Queues an action, which must not throw; false after <see cref="Stop"/>.</summary>
    public bool Post(Action action)
    {
        lock (_gate)
        {
            if (_stopped) return false;
            _actions.Enqueue(action);
            if (_thread is null)
            {
                _thread = new Thread(Work) { IsBackground = true, Name = _name };
                _thread.Start();
            }

            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>Lets the thread finish what is queued and go. Calls nothing and waits for nothing.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Work()
    {
        while (true)
        {
            Action action;
            lock (_gate)
            {
                while (_actions.Count == 0)
                {
                    if (_stopped) return;
                    Monitor.Wait(_gate);
                }

                action = _actions.Dequeue();
            }

            action();
        }
    }
}
