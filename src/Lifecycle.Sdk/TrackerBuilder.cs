using Lifecycle.Sdk.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Sdk;

/// <summary>
/// Configures a tracker: which store, which options, which clock and logger. The same verbs serve standalone programs
/// (<see cref="Tracker.CreateBuilder"/>) and hosts (<c>services.AddLifecycle</c>). Does no I/O; makes one tracker. Not thread-safe.
/// </summary>
public sealed class TrackerBuilder
{
    private Func<StoreContext, TrackingStore>? _storeFactory;
    private readonly TrackerOptions _options;
    private bool _mayBeChanged;
    private bool _built;

    /// <summary>A builder with default options.</summary>
    public TrackerBuilder() => _options = new TrackerOptions();

    internal TrackerBuilder(TrackerOptions options) => (_options, _mayBeChanged) = (options, true);

    /// <summary>The options; change them in place.</summary>
    public TrackerOptions Options
    {
        get
        {
            _mayBeChanged = true;
            return _options;
        }
    }

    /// <summary>The clock of everything that the tracker does.</summary>
    /// <value>The system's; in a host, the container's if one is registered.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where failures and warnings are logged.</summary>
    /// <value>Nowhere; in a host, the host's.</value>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>Uses the store that an address names; see <see cref="TrackerOptions.Store"/>.</summary>
    /// <param name="address">A folder, a SQLite file or a tracking server.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">No provider understands the address.</exception>
    public TrackerBuilder UseStore(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        StoreAddress.Apply(this, address);
        return this;
    }

    /// <summary>Uses a store of another provider.</summary>
    /// <param name="factory">Makes the store; must do no I/O.</param>
    /// <returns>This builder.</returns>
    public TrackerBuilder UseStore(Func<StoreContext, TrackingStore> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        _storeFactory = factory;
        return this;
    }

    /// <summary>Changes the options.</summary>
    /// <param name="configure">Changes them.</param>
    /// <returns>This builder.</returns>
    public TrackerBuilder Configure(Action<TrackerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(Options);
        return this;
    }

    /// <summary>Makes the tracker. The first use of it opens the store.</summary>
    /// <returns>The tracker, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">An option is out of its range or the store's address is not understood.</exception>
    /// <exception cref="InvalidOperationException">The builder has made its tracker already.</exception>
    public Tracker Build()
    {
        if (_built) throw new InvalidOperationException("This builder has made its tracker: a builder makes one, use a new one.");
        // The defaults are valid, and the first validation in a process takes as long as a thousand points.
        if (_mayBeChanged) Validate();
        if (_storeFactory is null) UseStore(_options.Store ?? StoreAddress.FromEnvironment());
        _built = true;
        return new Tracker(_storeFactory!(new StoreContext(TimeProvider, LoggerFactory)), _options, TimeProvider, LoggerFactory);
    }

    private void Validate()
    {
        var result = new TrackerOptionsValidator().Validate(null, _options);
        if (result.Failed) throw new ArgumentException($"The tracker's options are not valid: {result.FailureMessage}");
    }
}
