using System.Security.Cryptography;
using System.Text;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>
/// Which runs and experiments changed, for other processes that hold an index in memory: a text file of lines <c>run ID</c> and <c>experiment ID</c>
/// behind a line with the random number of this edition. It may be deleted or cut at any time; who notices reads everything again.
/// </summary>
internal sealed class ChangeLog(StoreLayout layout, StoreFiles files)
{
    private const long MaxLength = 4 * 1024 * 1024;
    private const int HeaderLength = 33;

    /// <summary>Appends a line. Called when the change is on disk, before the caller is told so.</summary>
    public async ValueTask AppendAsync(string line, CancellationToken cancellationToken)
    {
        using var own = await FileLock.AcquireAsync(layout.ChangeLogLock, cancellationToken).ConfigureAwait(false);
        files.BeforeChange?.Invoke("log", layout.ChangeLog);
        using (var file = new FileStream(layout.ChangeLog, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 0))
        {
            if (file.Length is >= HeaderLength and < MaxLength)
            {
                file.Position = file.Length;
                file.Write(Encoding.ASCII.GetBytes(line + "\n"));
                return;
            }
        }

        // A new edition: everybody reads everything again, once in a hundred thousand changes.
        files.WriteAtomically(layout.ChangeLog, Encoding.ASCII.GetBytes($"{RandomNumberGenerator.GetHexString(HeaderLength - 1, lowercase: true)}\n{line}\n"));
    }

    /// <summary>A place in the log.</summary>
    public sealed class Cursor(StoreLayout layout)
    {
        private byte[] _edition = [];
        private long _position;

        /// <summary>Makes the next call say that everything may have changed.</summary>
        public void Forget() => (_edition, _position) = ([], 0);

        /// <summary>The lines since the last call; null if everything may have changed.</summary>
        public IReadOnlyList<string>? Read()
        {
            byte[] fresh;
            try
            {
                using var file = StoreFiles.OpenRead(layout.ChangeLog);
                var edition = new byte[HeaderLength];
                var length = RandomAccess.GetLength(file);
                var isSame = StoreFiles.ReadFully(file, edition, 0) == HeaderLength && edition.AsSpan().SequenceEqual(_edition) && length >= _position;
                if (!isSame)
                {
                    (_edition, _position) = (edition, length);
                    return null;
                }

                fresh = new byte[length - _position];
                fresh = fresh[..StoreFiles.ReadFully(file, fresh, _position)];
            }
            catch (FileNotFoundException)
            {
                // Nothing was ever changed; "no edition" is an edition too.
                if (_position == 0 && _edition.Length == 1) return [];
                (_edition, _position) = ([0], 0);
                return null;
            }

            // A line that is being written is left for the next time.
            var whole = fresh.AsSpan().LastIndexOf((byte)'\n') + 1;
            _position += whole;
            return whole == 0 ? [] : Encoding.ASCII.GetString(fresh, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }
}
