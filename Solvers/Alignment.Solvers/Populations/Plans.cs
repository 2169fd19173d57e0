namespace Alignment;

/// <summary>A player's plans, and what is done to them set by set: best and regularized plans, divergences, shares.</summary>
/// <remarks>
/// <para>A plan has for each action the probability of playing towards its information set and taking it there, others and chance allowing: a realization
/// plan without the empty sequence. Where there is one information set it is the strategy itself. Payoffs are linear in plans.</para>
/// <para>The divergence of a strategy x from a reference is the dilated one, sum over sets I of plan(I) KL(x(.|I) || ref(.|I)): jointly convex in plans.</para>
/// <para>Source: von Stengel (1996), "Efficient computation of behavior strategies", Games and Economic Behavior 14; Hoda, Gilpin, Pena, Sandholm (2010),
/// "Smoothing techniques for computing Nash equilibria of sequential games", Mathematics of Operations Research 35, for dilated distances.</para>
/// </remarks>
internal sealed class Plans
{
    private readonly int[] _setOf;

    public Plans(ValueList<InformationSet> sets)
    {
        Sets = sets;
        Actions = sets.Sum(set => set.Actions.Count);
        _setOf = new int[Actions];
        Behind = new int[Actions];
        Shares = new double[Actions];
        var first = sets.Count(set => set.Parent == 0);
        foreach (var set in sets.Where(set => set.Parent > 0))
            Behind[set.Parent - 1]++;
        for (var i = 0; i < sets.Count; i++)
        {
            var before = sets[i].Parent - 1;
            for (var a = sets[i].First; a < sets[i].First + sets[i].Actions.Count; a++)
                (_setOf[a], Shares[a]) = (i, before < 0 ? 1.0 / first : Shares[before] / Behind[before]);
        }
    }

    private delegate double Answer(InformationSet set, ReadOnlySpan<double> worth);

    /// <summary>The information sets, parents first.</summary>
    public ValueList<InformationSet> Sets { get; }

    public int Actions { get; }

    /// <summary>For each action: how many information sets it leads to.</summary>
    public int[] Behind { get; }

    /// <summary>For each action: the probability of being asked for it, where each of the sets behind an action is as likely and the player plays towards it.</summary>
    public double[] Shares { get; }

    /// <summary>The plan of a strategy.</summary>
    public double[] Of(ReadOnlySpan<double> strategy)
    {
        var plan = new double[Actions];
        foreach (var set in Sets)
        {
            var here = set.Parent == 0 ? 1 : plan[set.Parent - 1];
            for (var a = set.First; a < set.First + set.Actions.Count; a++)
                plan[a] = here * strategy[a];
        }

        return plan;
    }

    /// <summary>A strategy whose plan is this one; uniform where it never comes.</summary>
    public double[] Strategy(double[] plan)
    {
        var strategy = new double[Actions];
        foreach (var set in Sets)
        {
            var here = plan.AsSpan(set.First, set.Actions.Count);
            var sum = 0.0;
            foreach (var r in here)
                sum += r;
            for (var a = 0; a < here.Length; a++)
                strategy[set.First + a] = sum > 0 ? here[a] / sum : 1.0 / here.Length;
        }

        return strategy;
    }

    /// <summary>Uniform play at every set.</summary>
    public double[] Uniform() => Strategy(new double[Actions]);

    /// <summary>Every probability at least so much, before those of a set are made to sum to 1.</summary>
    public double[] Inside(double[] strategy, double least) => Strategy([.. strategy.Select(p => Math.Max(p, least))]);

    /// <summary>The pure strategy of the largest sum of plan times values, of equals the first; and that sum.</summary>
    /// <param name="values">What each action adds.</param>
    /// <param name="towards">An action that it has to play towards and take; -1 for none.</param>
    public (double[] Strategy, double Worth) Best(double[] values, int towards = -1)
    {
        var chosen = Enumerable.Repeat(-1, Sets.Count).ToArray();
        for (var a = towards; a >= 0; a = Sets[_setOf[a]].Parent - 1)
            chosen[_setOf[a]] = a - Sets[_setOf[a]].First;
        var strategy = new double[Actions];
        var sum = Up(
            values,
            (set, worth) =>
            {
                var best = Math.Max(0, chosen[_setOf[set.First]]);
                for (var a = 1; a < worth.Length && chosen[_setOf[set.First]] < 0; a++)
                    best = worth[a] > worth[best] ? a : best;
                strategy[set.First + best] = 1;
                return worth[best];
            }
        );
        return (strategy, sum);
    }

    /// <summary>The strategy of the largest sum of plan times values less temperature times divergence from a reference, and that; in closed form.</summary>
    /// <remarks>x(.|I) ~ ref exp(q / temperature), v(I) = temperature log sum ref exp(q / temperature), q an action's value and the v behind it.</remarks>
    /// <param name="values">What each action adds.</param>
    /// <param name="reference">A strategy with every probability above 0.</param>
    /// <param name="temperature">Above 0.</param>
    /// <param name="least">Of each term ref exp(.), the largest of which is about ref: a probability of 0 never grows again.</param>
    public (double[] Strategy, double Worth) Regularized(
        double[] values,
        double[] reference,
        double temperature,
        double least = 0
    )
    {
        var strategy = new double[Actions];
        var sum = Up(
            values,
            (set, worth) =>
            {
                var own = strategy.AsSpan(set.First, worth.Length);
                var most = worth[0];
                foreach (var q in worth)
                    most = Math.Max(most, q);
                var total = 0.0;
                for (var a = 0; a < own.Length; a++)
                {
                    own[a] = Math.Max(least, reference[set.First + a] * Math.Exp((worth[a] - most) / temperature));
                    total += own[a];
                }

                for (var a = 0; a < own.Length; a++)
                    own[a] /= total;
                return most + (temperature * Math.Log(total));
            }
        );
        return (strategy, sum);
    }

    /// <summary>The dilated divergence of a strategy from a reference.</summary>
    /// <param name="strategy">The strategy.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="reference">A strategy with every probability above 0.</param>
    public static double Divergence(double[] strategy, double[] plan, double[] reference)
    {
        var sum = 0.0;
        for (var a = 0; a < plan.Length; a++)
            sum += plan[a] > 0 ? plan[a] * Math.Log(strategy[a] / reference[a]) : 0;
        return sum;
    }

    /// <summary>Its derivative by the plan's entry for an action.</summary>
    public double DivergenceBy(int action, double[] strategy, double[] reference) =>
        Math.Log(Math.Max(strategy[action], double.Epsilon) / reference[action]) + 1 - Behind[action];

    /// <summary>The largest divergence from a reference: that of a pure plan, since it is convex.</summary>
    public double Farthest(double[] reference) => Best([.. reference.Select(r => -Math.Log(r))]).Worth;

    /// <summary>Plan times values.</summary>
    public static double Dot(double[] plan, ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        for (var a = 0; a < plan.Length; a++)
            sum += plan[a] * values[a];
        return sum;
    }

    // children first: what an action is worth is its own value and what the sets behind it are worth
    private double Up(double[] values, Answer answer)
    {
        double[] worth = [.. values];
        var sum = 0.0;
        for (var i = Sets.Count - 1; i >= 0; i--)
        {
            var set = Sets[i];
            var here = answer(set, worth.AsSpan(set.First, set.Actions.Count));
            if (set.Parent == 0)
                sum += here;
            else
                worth[set.Parent - 1] += here;
        }

        return sum;
    }
}
