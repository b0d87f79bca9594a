using CsCheck;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>
/// Random sequences of operations go to the store and to <see cref="InMemoryReferenceStore"/>, with reopening in between; whenever the two are compared,
/// everything that they tell must be the same. A failure prints the seed and the shortest sequence found; set CsCheck_Seed to run it again.
/// </summary>
public abstract class ModelContract<TFixture>(TFixture fixture) : StoreContract<TFixture>(fixture)
    where TFixture : class, IStoreFixture
{
    /// <summary>How many sequences are tried.</summary>
    protected virtual long Sequences => 40;

    [Fact]
    public async Task Any_sequence_of_operations_does_what_the_reference_does()
    {
        Assert.SkipUnless(Fixture.Capabilities is { RecordsMarks: true, KeepsParamTypes: true, SearchesFullGrammar: true }, "The store can do less than the reference.");
        await ModelOperation.Generator.Array[1, 60].SampleAsync(
            async operations =>
            {
                await using var place = Fixture.NewPlace();
                await using var subject = new ModelSubject(place.Open, Scratch);
                var data = new ReferenceData();
                await using var reference = new ModelSubject(() => new InMemoryReferenceStore(data), Scratch);
                foreach (var operation in operations)
                {
                    var expected = await operation.ApplyAsync(reference);
                    var actual = await operation.ApplyAsync(subject);
                    Assert.Equal((operation, expected), (operation, actual));
                    if (operation.Kind == ModelOperationKind.Reopen)
                        Assert.Equal(await StoreDump.TextAsync(reference.Store), await StoreDump.TextAsync(subject.Store));
                }

                await subject.ReopenAsync();
                Assert.Equal(await StoreDump.TextAsync(reference.Store), await StoreDump.TextAsync(subject.Store));
            },
            writeLine: TestContext.Current.TestOutputHelper is { } output ? output.WriteLine : null,
            iter: Sequences, threads: 1);
    }
}
