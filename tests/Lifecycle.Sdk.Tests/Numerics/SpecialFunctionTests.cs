using System.Globalization;
using Lifecycle.Sdk.Numerics;
using Xunit;

namespace Lifecycle.Sdk.Tests.Numerics;

public sealed class SpecialFunctionTests
{
    // Computed with mpmath 1.3 at 50 to 60 digits from the definitions: erfc, incomplete gamma and beta by hypergeometric series, the
    // Cramér-von Mises law by its Bessel series, Smirnov's sum, Durbin's matrix power. Law, arguments, value.
    private const string References = """
        nsf 0.1 0.460172162722971
        nsf 0.4 0.3445782583896758
        nsf 0.5 0.3085375387259869
        nsf 1.3 0.09680048458561033
        nsf 3.9 4.8096344017602716e-05
        nsf 4.1 2.0657506912546737e-05
        nsf 8.0 6.220960574271784e-16
        nsf 20.0 2.7536241186062337e-89
        nsf 37.5 4.605353009581955e-308
        nsf -2.0 0.9772498680518208
        ppf 1e-300 -37.0470962993612
        ppf 1e-20 -9.262340089798407
        ppf 1e-05 -4.264890793922825
        ppf 0.01 -2.326347874040841
        ppf 0.07 -1.4757910281791706
        ppf 0.3 -0.5244005127080408
        ppf 0.4999 -0.00025066283008800747
        ppf 0.6 0.2533471031357997
        ppf 0.95 1.6448536269514722
        ppf 0.999999 4.753424308817087
        c2 0.001 1.0 0.9747728793699604
        c2 3.0 1.0 0.0832645166635504
        c2 700.0 5.0 4.9119861035732e-149
        c2 1000000.0 1000000.0 0.4998119368033945
        c2 1003000.0 1000000.0 0.017016772933266314
        c2 997000.0 1000000.0 0.9831219788731603
        c2 50.0 100.0 0.9999930466947524
        c2 12.3 0.7 0.00023535837112158793
        t 1e-09 3.0 0.4999999996324474
        t 2.0 2.5 0.078695747878983
        t 5.0 1000000.0 2.866998935445371e-07
        t 30.0 1000000.0 6.010047116831719e-198
        t 0.1 1000000.0 0.46017217274602157
        t 1.9 7.0 0.049603009733681765
        t 100.0 1.0 0.003182992764908255
        t 10000000000.0 4.0 3e-40
        t 25.0 50.0 3.213332706943554e-30
        t 0.3 1.0 0.40722642092225764
        t 1.0 1.0 0.25
        t 3.0 1.0 0.10241638234956672
        t 0.7 1.3 0.2939226362421698
        t 2.0 0.4 0.24882447629351678
        f 1.0 2.0 10.0 0.4018775720164609
        f 3.0 5.0 1000000.0 0.01036272247480149
        f 1.1 400.0 400.0 0.1704657774300506
        f 1.5 1.0 1.0 0.4359057831510251
        f 20.0 1.0 1.0 0.14004869609310203
        f 0.01 1.0 1.0 0.9365489651388929
        f 2.0 1.0 2.0 0.2928932188134525
        f 0.5 2.0 1.0 0.7071067811865476
        f 3.0 1.0 3.0 0.18169011381620934
        f 0.2 3.0 7.0 0.8931679556624897
        f 400.0 1.0 30.0 6.749083665771287e-19
        f 10.0 3.0 100.0 8.001257542330591e-06
        cvm 0.005 0.9999999999779975
        cvm 0.02 0.9969993856983981
        cvm 0.1 0.5848734384067948
        cvm 0.3 0.1351712688051058
        cvm 0.5 0.03983321756560759
        cvm 1.0 0.002460452180133964
        cvm 2.0 1.2780736172781673e-05
        cvm 5.0 3.0539290331033876e-12
        cvm 15.0 6.578152005106905e-34
        ks1 0.3 10.0 0.1354635556
        ks1 0.05 100.0 0.5871453380805337
        ks1 0.9 50.0 1.0080305951144074e-50
        ks1 0.02 3000.0 0.0895131227468012
        ks1 0.1 3000.0 7.194678279721483e-27
        ks1 0.4 200.0 1.081679081847315e-29
        ks2 0.2 20.0 0.35272017362341596
        ks2 0.1 50.0 0.6623112704658185
        ks2 0.07 141.0 0.4731546809154465
        ks2 0.03 500.0 0.7473166221808437
        ks2 0.05 500.0 0.15866263922061993
        ks2 0.012 1000.0 0.9984464668620097
        ks2 0.31 7.0 0.426464100619473
        ks2 0.25 4.0 0.90625
        ks2 0.125 4.0 1.0
        """;

    public static TheoryData<string> Lines =>
        [.. References.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_law_agrees_with_high_precision_references_in_every_tail(string line)
    {
        var words = line.Split(' ');
        var numbers = words.Skip(1).Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        var got = words[0] switch
        {
            "nsf" => Normal.Sf(numbers[0]),
            "ppf" => Normal.Quantile(numbers[0]),
            "c2" => ChiSquared.Sf(numbers[0], numbers[1]),
            "t" => StudentT.Sf(numbers[0], numbers[1]),
            "f" => FisherF.Sf(numbers[0], numbers[1], numbers[2]),
            "cvm" => CramerVonMisesLaw.LimitSf(numbers[0]),
            "ks1" => KolmogorovLaw.OneSidedSf(numbers[0], (int)numbers[1]),
            "ks2" => KolmogorovLaw.TwoSidedSf(numbers[0], (int)numbers[1]),
            var other => throw new FormatException(other),
        };

        var want = numbers[^1];
        Assert.True(Math.Abs(got - want) <= 5e-13 * Math.Abs(want), $"got {got:R} want {want:R}");
    }

    [Fact]
    public void The_limits_of_the_laws_are_exact()
    {
        Assert.Equal(1, ChiSquared.Sf(0, 3));
        Assert.Equal(0, ChiSquared.Sf(double.PositiveInfinity, 3));
        Assert.Equal(0, StudentT.Sf(double.PositiveInfinity, 3));
        Assert.Equal(1, StudentT.Sf(double.NegativeInfinity, 3));
        Assert.Equal(0.5, StudentT.Sf(0, 3));
        Assert.Equal(0, FisherF.Sf(double.PositiveInfinity, 2, 3));
        Assert.Equal(double.NegativeInfinity, Normal.Quantile(0));
        Assert.Equal(double.PositiveInfinity, Normal.Quantile(1));
        Assert.Equal(0, Normal.Quantile(0.5));
        Assert.Equal(0, KolmogorovLaw.TwoSidedSf(1, 5));
        Assert.Equal(1, KolmogorovLaw.TwoSidedSf(0.1, 5));
    }

    [Fact]
    public void The_quantiles_invert_the_distribution_functions()
    {
        for (var p = 0.001; p < 1; p += 0.013)
        {
            Assert.Equal(p, Normal.Cdf(Normal.Quantile(p)), 1e-14);
            Assert.Equal(p, StudentT.Cdf(StudentT.Quantile(p, 4.5), 4.5), 1e-14);
        }
    }

    [Fact]
    public void The_limit_law_of_Kolmogorov_is_continuous_where_its_series_meet()
    {
        Assert.Equal(KolmogorovLaw.LimitSf(Math.BitDecrement(1.1)), KolmogorovLaw.LimitSf(1.1), 1e-15);
        Assert.Equal(2 * (Math.Exp(-2) - Math.Exp(-8) + Math.Exp(-18) - Math.Exp(-32)), KolmogorovLaw.LimitSf(1), 1e-15);
    }

    [Fact]
    public void The_expansion_for_large_samples_continues_the_exact_law()
    {
        // The largest n of the exact law against the expansion just above it, over the whole body: near 0.005·n^(-3/2).
        for (var z = 0.4; z < 1.7; z += 0.1)
        {
            var d = z / Math.Sqrt(10_000);
            Assert.Equal(KolmogorovLaw.TwoSidedSf(d, 10_000), 1 - PelzGood.Cdf(d, 10_000), 2e-8);
        }
    }

    [Fact]
    public void The_thinned_sum_of_the_one_sided_law_is_the_full_one()
    {
        for (var z = 1.1; z < 12; z += 0.7)
        {
            double full = KolmogorovLaw.OneSidedSf(
                z / Math.Sqrt(60_001), 60_001, stride: 1), thinned = KolmogorovLaw.OneSidedSf(z / Math.Sqrt(60_001), 60_001);
            Assert.InRange(Math.Abs((thinned / full) - 1), 0, 1e-12);
        }
    }
}
