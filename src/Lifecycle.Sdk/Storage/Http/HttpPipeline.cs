using System.Net;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>Tries again what may succeed by itself, within limits: total time-out, retries with jitter, circuit breaker, time-out of each try, from outside in.</summary>
internal static class HttpPipeline
{
    /// <summary>The call that is being executed.</summary>
    public static readonly ResiliencePropertyKey<HttpCall> Call = new("lifecycle.call");

    public static ResiliencePipeline<HttpAnswer> Create(HttpStoreOptions options, TimeProvider time, string address, ILogger logger)
    {
        var (requestTimeout, totalTimeout) = (options.RequestTimeout, options.TotalTimeout);
        var builder = new ResiliencePipelineBuilder<HttpAnswer> { TimeProvider = time };
        builder.AddTimeout(new TimeoutStrategyOptions { TimeoutGenerator = args => new(totalTimeout + CallOf(args.Context).ExtraTime) });
        if (options.MaxRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<HttpAnswer>
            {
                MaxRetryAttempts = options.MaxRetries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(500),
                MaxDelay = TimeSpan.FromSeconds(30),
                ShouldHandle = args => new(MayHelp(CallOf(args.Context), args.Outcome, time, totalTimeout)),
                DelayGenerator = args => new(args.Outcome.Result is { } answer ? RetryAfter(answer, time) : null),
                OnRetry = args =>
                {
                    var reason = args.Outcome.Result is { } answer ? ((int)answer.Status).ToString(System.Globalization.CultureInfo.InvariantCulture) : args.Outcome.Exception!.GetType().Name;
                    logger.Retrying(CallOf(args.Context), address, reason, args.AttemptNumber + 1, args.RetryDelay);
                    return default;
                },
            });
        }

        builder.AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpAnswer>
        {
            FailureRatio = 0.9,
            MinimumThroughput = 20,
            SamplingDuration = TimeSpan.FromSeconds(30),
            BreakDuration = TimeSpan.FromSeconds(5),
            // A server that says "later" is well; one that is down is spared.
            ShouldHandle = args => new(args.Outcome.Result is { } answer
                ? (int)answer.Status is 500 or 502 or 503 or 504 && !HttpFailures.IsByDesign(answer)
                : IsTransient(args.Outcome.Exception)),
        });
        builder.AddTimeout(new TimeoutStrategyOptions { TimeoutGenerator = args => new(requestTimeout + CallOf(args.Context).ExtraTime) });
        return builder.Build();
    }

    private static HttpCall CallOf(ResilienceContext context) => context.Properties.GetValue(Call, null!);

    private static bool MayHelp(HttpCall call, Outcome<HttpAnswer> outcome, TimeProvider time, TimeSpan totalTimeout)
    {
        if (outcome.Result is not { } answer) return call.IsRepeatable && IsTransient(outcome.Exception);
        // 429 says that nothing was done, whatever the call.
        if (answer.Status != HttpStatusCode.TooManyRequests && !(call.IsRepeatable && WireError.IsTransient(answer.Status))) return false;
        return !(RetryAfter(answer, time) > totalTimeout) && !HttpFailures.IsByDesign(answer);
    }

    private static bool IsTransient(Exception? exception) => exception switch
    {
        TimeoutRejectedException or IOException or OperationCanceledException { InnerException: TimeoutException } => true,
        // A certificate or a port that speaks something else will not be better in a second.
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError or HttpRequestError.InvalidResponse } => false,
        HttpRequestException => true,
        _ => false,
    };

    private static TimeSpan? RetryAfter(HttpAnswer answer, TimeProvider time)
    {
        if (answer.RetryAfter?.Delta is { } delta) return delta;
        if (answer.RetryAfter?.Date is not { } date) return null;
        var wait = date - time.GetUtcNow();
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }
}

internal static partial class HttpLog
{
    [LoggerMessage(2001, LogLevel.Debug, "{Call} at {Address} failed ({Reason}); try {Attempt} is over, the next follows in {Delay}.")]
    public static partial void Retrying(this ILogger logger, HttpCall call, string address, string reason, int attempt, TimeSpan delay);
}
