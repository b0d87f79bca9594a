using Lifecycle.Sdk.Journal;
using Lifecycle.Sdk.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Journal;

public sealed class OwnerLockTests
{
    [Fact]
    public async Task A_new_journal_is_locked_or_lost_to_a_recovering_tracker_but_never_a_failure()
    {
        using var temp = new TempFolder();
        var folder = temp["run-0123456789abcdef"];
        var isDone = false;
        var recovering = Task.Run(() =>
        {
            // What a tracker does that takes the new, still empty folder for an orphan.
            while (!Volatile.Read(ref isDone))
            {
                if (OwnerLock.TryTake(folder, null, default) is not { } taken) continue;
                try
                {
                    File.Delete(JournalFolder.OwnerPath(folder));
                }
                finally
                {
                    taken.Dispose();
                }
            }
        });
        var (made, lost) = (0, 0);
        var failure = Record.Exception(() =>
        {
            while ((made < 500 || lost < 500) && made + lost < 200_000)
            {
                Directory.CreateDirectory(folder);
                if (OwnerLock.TryCreate(folder, default) is { } owner)
                {
                    made++;
                    File.Delete(JournalFolder.OwnerPath(folder));
                    owner.Dispose();
                }
                else
                {
                    lost++;
                }
            }
        });
        Volatile.Write(ref isDone, true);
        await recovering;
        Assert.Null(failure);
        Assert.True(made > 0 && lost > 0, $"{made} made, {lost} lost: they never met.");
    }

    [Fact]
    public void A_file_that_the_disk_refuses_is_a_failure()
    {
        using var temp = new TempFolder();
        Assert.ThrowsAny<IOException>(() => OwnerLock.TryCreate(temp[new string('x', 300)], default));
    }
}
