using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;

namespace Alignment.Runtime;

/// <summary>The loop of sampling solvers: a chunk of iterations, measure on the exact tree, log, look at the stop rule
/// and the cancellation.</summary>
/// <remarks>
/// <para>Each seed has a state of its own, and threads take whole states. All games of a batch have the payoffs of the rules, so one state
/// serves them all; they are measured one by one, since probes may tell them apart.</para>
/// </remarks>
internal sealed class SampledLoop : IStepwise, IDisposable
{
    private readonly BoundGame _game;
    private readonly ISampledSolver _solver;
    private readonly SolveOptions _options;
    private readonly ulong[] _seeds;
    private readonly SampledGame[] _sampled;
    private readonly SampledState[] _states;
    private readonly Measure _measure;
    private readonly RunRecord _record;

    private SampledLoop(BoundGame game, ISampledSolver solver, SolveOptions options)
    {
        (_game, _solver, _options) = (game, solver, options);
        _seeds = options.Seeds.Count == 0 ? [options.Seed] : [.. options.Seeds];
        _sampled = [.. _seeds.Select(_ => SampledGame.Of(game.Spec.Tree!)!)]; // Capability has refused games without
        _states = [.. _sampled.Select(solver.Init)];
        ValueList<Axis> batch = options.SeedAxis is { } axis ? [axis, .. game.Batch] : game.Batch;
        _measure = new(solver.Complete(game.Spec), batch, withJoint: false, options.Threads);
        _record = new(game, solver, options, batch) { Evaluations = _ => _states.Average(state => state.Evaluations) };
    }

    /// <summary>Runs a solver to its stop rule.</summary>
    public static Solution Run(
        BoundGame game,
        ISampledSolver solver,
        SolveOptions options,
        Stopwatch clock,
        CancellationToken cancellationToken
    )
    {
        using var loop = new SampledLoop(game, solver, options);
        loop._record.CheckRule(loop._measure.Keys);
        return loop.Run(clock.Elapsed.TotalSeconds, cancellationToken);
    }

    public void Dispose() => _measure.Dispose();

    private Solution Run(double compileSeconds, CancellationToken cancellationToken)
    {
        var steps = new Steps(_record, _options, this);
        steps.Run(cancellationToken);
        return _record.Solution(steps.Done, compileSeconds, averages: true);
    }

    void IStepwise.Measure(long step, bool cancelled) => _record.Measure(step, cancelled, Measure);

    void IStepwise.Save(Snapshot snapshot)
    {
        for (var k = 0; k < _states.Length; k++)
        {
            foreach (var name in _states[k].Names)
                snapshot.Put(StateName(k, name), (double[])_states[k][name].Clone());
            snapshot.Put(StateName(k, "iterations"), (double)_states[k].Iterations);
            snapshot.Put(StateName(k, "evaluations"), _states[k].Evaluations);
        }
    }

    void IStepwise.Load(Snapshot snapshot)
    {
        for (var k = 0; k < _states.Length; k++)
        {
            foreach (var name in _states[k].Names)
                snapshot.Array(StateName(k, name)).CopyTo(_states[k][name], 0);
            _states[k].Iterations = (long)snapshot.Number(StateName(k, "iterations"));
            _states[k].Evaluations = snapshot.Number(StateName(k, "evaluations"));
        }
    }

    private static string StateName(int k, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"state/{k}/{name}");

    void IStepwise.Advance(long first, int count) => Advance(count);

    private void Advance(int count)
    {
        void Step(int k) => _solver.Step(_sampled[k], _states[k], count, _seeds[k]);
        try
        {
            Parallel.For(0, _states.Length, new ParallelOptions { MaxDegreeOfParallelism = _options.Threads }, Step);
        }
        catch (AggregateException e)
        {
            // what rules raise reaches whoever wrote them as it was
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    private (Measured Last, Measured Average) Measure()
    {
        var reads = _states.Select((state, k) => _solver.Read(_sampled[k], state)).ToArray();
        return (
            MeasureIterate([.. reads.Select(read => read.Last)]),
            MeasureIterate([.. reads.Select(read => read.Average)])
        );
    }

    private Measured MeasureIterate(ValueList<ValueList<double>>[] strategies)
    {
        var tree = _game.Spec.Tree!;
        var values = _game.Spec.Players.Select(p => new double[_record.Games * p.Actions.Size]).ToArray();
        for (var p = 0; p < values.Length; p++)
        {
            var size = _game.Spec.Players[p].Actions.Size;
            for (var game = 0; game < _record.Games; game++)
                tree.Treeplexes[p]
                    .InAxisOrder(strategies[game / _game.Games][p].AsSpan(), values[p].AsSpan(game * size, size));
        }

        return _measure.Of(values, null);
    }
}
