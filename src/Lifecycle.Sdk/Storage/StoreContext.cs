using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Storage;

/// <summary>What a store is made with.</summary>
/// <param name="TimeProvider">The clock.</param>
/// <param name="LoggerFactory">Where to log.</param>
public sealed record StoreContext(TimeProvider TimeProvider, ILoggerFactory LoggerFactory);
