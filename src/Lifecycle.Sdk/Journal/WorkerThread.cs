namespace Lifecycle.Sdk.Journal;

/// <summary>A background thread that does one thing after another, so that none of it waits for the thread pool or for the pump.</summary>
internal sealed class WorkerThread
{
    private readonly object _gate = new();
    private readonly Queue<Action> _actions = new();
    private readonly string _name;
    private readonly Action<Exception> _onError;
    private Thread? _thread;
    private bool _stopped;

    /// <param name="name">The thread's name.</param>
    /// <param name="onError">Told what an action throws, which must not end the process. It must not throw itself.</param>
    public WorkerThread(string name, Action<Exception> onError) => (_name, _onError) = (name, onError);

    /// <summary>Queues an action; false after <see cref="Stop"/>.</summary>
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

            try
            {
                action();
            }
            catch (Exception e)
            {
                _onError(e);
            }
        }
    }
}
