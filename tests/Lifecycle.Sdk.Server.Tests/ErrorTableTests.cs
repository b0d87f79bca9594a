using System.Net;
using Lifecycle.Sdk.Storage.Http;
using Xunit;

namespace Lifecycle.Sdk.Server.Tests;

public sealed class ErrorTableTests
{
    [Theory]
    [InlineData(WireError.InvalidParameterValue, 400)]
    [InlineData(WireError.ResourceAlreadyExists, 400)]
    [InlineData(WireError.Unauthenticated, 401)]
    [InlineData(WireError.ResourceDoesNotExist, 404)]
    [InlineData(WireError.RequestLimitExceeded, 429)]
    [InlineData(WireError.NotImplemented, 501)]
    [InlineData("ANYTHING_ELSE", 500)]
    public void A_code_has_its_status(string code, int status) => Assert.Equal(status, WireError.StatusOf(code));

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(429)]
    [InlineData(499)]
    [InlineData(500)]
    [InlineData(501)]
    [InlineData(503)]
    [InlineData(504)]
    public void A_status_without_a_body_gives_a_code_of_that_status(int status) =>
        Assert.Equal(status, WireError.StatusOf(WireError.CodeOf((HttpStatusCode)status)));
}
