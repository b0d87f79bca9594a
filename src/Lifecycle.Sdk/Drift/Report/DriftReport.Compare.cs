using Lifecycle.Sdk.Quality;

namespace Lifecycle.Sdk.Drift;

public sealed partial record DriftReport
{
    /// <summary>
    /// Compares a table with a saved reference. O(n) per column by radix sort, columns on all cores; at any moment one copy of each
    /// column that is being worked on.
    /// </summary>
    /// <param name="reference">The reference.</param>
    /// <param name="current">The table to compare with it.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentNullException">The reference or the table is null.</exception>
    /// <exception cref="ArgumentException">
    /// A setting is out of range, or names a column that neither side has or a test that does not fit its column.
    /// </exception>
    public static DriftReport Compare(DriftReference reference, Table current, DriftOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(current);
        ReferenceSchema[] schema = new ReferenceSchema[reference.Columns.Length];
        for (int i = 0; i < schema.Length; i++)
        {
            ColumnReference column = reference.Columns[i];
            schema[i] = new ReferenceSchema(column.Name, column.Kind, column.Type, column);
        }

        return Compare(schema, reference.RowCount, current, options ?? new DriftOptions());
    }

    /// <summary>
    /// Compares two tables by their raw values, exactly. O(n) per column by radix sort, columns on all cores; at any moment two copies of
    /// each column that is being worked on.
    /// </summary>
    /// <param name="reference">The reference.</param>
    /// <param name="current">The table to compare with it.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <inheritdoc cref="Compare(DriftReference, Table, DriftOptions?)" path="/exception"/>
    public static DriftReport Compare(Table reference, Table current, DriftOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(current);
        ReferenceSchema[] schema = [.. reference.Select(column => new ReferenceSchema(column.Name, column.Kind, column.TypeName, column))];
        return Compare(schema, reference.RowCount, current, options ?? new DriftOptions());
    }

    private static DriftReport Compare(ReferenceSchema[] reference, long referenceRows, Table current, DriftOptions options)
    {
        options.Validate();
        RequireKnownColumns(reference, current, options);
        List<SchemaChange> changes = FindChanges(reference, current);
        List<(ReferenceSchema Reference, Column Current, DriftTest Test)> pairs = [];
        foreach (ReferenceSchema column in reference)
        {
            if (!current.TryGetColumn(column.Name, out Column? other) || !column.IsComparable(other)) continue;
            DriftTest test = options.Tests.TryGetValue(column.Name, out DriftTest chosen) ? chosen : DriftTest.Auto;
            ColumnComparison.RequireFitting(test, column.Name, column.Kind);
            pairs.Add((column, other, test));
        }

        var limits = new DetectionLimits(options.Level, options.Power);
        var columns = new ColumnDrift[pairs.Count];
        Parallel.For(0, columns.Length, i =>
        {
            var (before, now, test) = pairs[i];
            ulong seed = options.Seed ^ Hash64(before.Name);
            columns[i] = before.Source is Column raw
                ? ColumnComparison.Compare(raw, now, test, limits, seed)
                : ColumnComparison.Compare((ColumnReference)before.Source, now, test, limits, seed);
        });
        return new DriftReport
        {
            Level = options.Level,
            Power = options.Power,
            Correction = options.Correction,
            MinimumEffect = options.MinimumEffect,
            ReferenceRows = referenceRows,
            CurrentRows = current.RowCount,
            Columns = Correct(columns, options),
            SchemaChanges = changes,
        };
    }

    /// <summary>All tests of the report, of values and of missing shares, are one family.</summary>
    private static ColumnDrift[] Correct(ColumnDrift[] columns, DriftOptions options)
    {
        double[] pValues =
        [
            .. columns.SelectMany(column => new[] { column.Values, column.Missing }).OfType<DriftTestResult>().Select(test => test.PValue),
        ];
        if (pValues.Length == 0) return columns;
        AdjustedPValues adjusted = options.Correction switch
        {
            DriftCorrection.BenjaminiHochberg => MultipleTesting.BenjaminiHochberg(pValues, options.Level),
            DriftCorrection.BenjaminiYekutieli => MultipleTesting.BenjaminiYekutieli(pValues, options.Level),
            DriftCorrection.Holm => MultipleTesting.Holm(pValues, options.Level),
            _ => new AdjustedPValues(pValues, [.. pValues.Select(p => p <= options.Level)], options.Level),
        };
        int next = 0;
        return
        [
            .. columns.Select(column => column with
            {
                Values = Judge(column.Values, options.MinimumEffect),
                Missing = Judge(column.Missing, 0),
            }),
        ];

        DriftTestResult? Judge(DriftTestResult? test, double minimumEffect)
        {
            if (test is null) return null;
            int at = next++;
            return test with
            {
                AdjustedPValue = adjusted.Adjusted[at],
                Drifted = adjusted.Rejected[at] && Math.Abs(test.EffectSize) >= minimumEffect,
            };
        }
    }

    private static List<SchemaChange> FindChanges(ReferenceSchema[] reference, Table current)
    {
        List<SchemaChange> changes = [];
        foreach (ReferenceSchema column in reference)
        {
            if (!current.TryGetColumn(column.Name, out Column? now))
                changes.Add(new SchemaChange(column.Name, SchemaChangeKind.Removed, column.Type, null));
            else if (now.Kind != column.Kind)
                changes.Add(new SchemaChange(column.Name, SchemaChangeKind.Retyped, column.Type, now.TypeName));
        }

        var known = reference.Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        changes.AddRange(current.Where(column => !known.Contains(column.Name))
            .Select(column => new SchemaChange(column.Name, SchemaChangeKind.Added, null, column.TypeName)));
        return changes;
    }

    private static void RequireKnownColumns(ReferenceSchema[] reference, Table current, DriftOptions options)
    {
        foreach (string name in options.Tests.Keys)
        {
            if (current.TryGetColumn(name, out _) || Array.Exists(reference, column => column.Name == name)) continue;
            throw new ArgumentException(
                $"A test is chosen for column '{name}', which neither the reference nor the table has.", nameof(options));
        }
    }

    // FNV-1a: every column has simulations of its own, the same on every run.
    private static ulong Hash64(string name)
    {
        ulong hash = 14695981039346656037;
        foreach (char letter in name) hash = (hash ^ letter) * 1099511628211;
        return hash;
    }

    /// <summary>A column of either kind of reference; <paramref name="Source"/> is a raw column or the summary of one.</summary>
    private readonly record struct ReferenceSchema(string Name, ColumnKind Kind, string Type, object Source)
    {
        public bool IsComparable(Column current) =>
            Kind == current.Kind || (ColumnReference.IsNumericKind(Kind) && ColumnReference.IsNumericKind(current.Kind));
    }
}
