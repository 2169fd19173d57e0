using System.Diagnostics;
using System.Globalization;

namespace Alignment.Runtime;

/// <summary>Runs direct solvers, one game after the other, and certifies what they answer like any other profile.</summary>
internal static class DirectLoop
{
    public static Solution Run(
        BoundGame game,
        IDirectSolver solver,
        SolveOptions options,
        Stopwatch clock,
        CancellationToken cancellationToken
    )
    {
        CheckRule(game, solver, options);
        var observer = new RunObserver(game, solver, options);
        options.Recorder?.Begin(game, solver, options);
        var compileSeconds = clock.Elapsed.TotalSeconds;
        var players = game.Spec.Players;
        var strategies = players.Select(p => new double[game.Games * p.Actions.Size]).ToArray();
        int Cells() => players.Aggregate(1, (n, p) => checked(n * p.Actions.Size));
        double[]? joint = null;
        var notes = new List<string>(game.Notes);
        var solving = Stopwatch.StartNew();
        var answered = 0;
        if (options.Recorder?.Resume is { } snapshot)
        {
            answered = Load(snapshot, strategies, ref joint, notes);
            observer.Resumed(answered, snapshot);
        }

        var span = observer.Span("steps");
        for (; answered < game.Games; answered++)
        {
            var g = answered;
            if (options.Recorder is { IsDue: true })
                Save(observer, options.Recorder, answered, strategies, joint, notes);
            if (Answer(solver, game.Data(g), cancellationToken) is not { } answer)
                break;
            for (var p = 0; p < players.Count; p++)
            {
                var target = strategies[p].AsSpan(g * players[p].Actions.Size, players[p].Actions.Size);
                if (game.Spec.Tree is { } tree)
                    tree.Treeplex(players[p]).InAxisOrder(answer.Strategies[p].AsSpan(), target);
                else
                    answer.Strategies[p].AsSpan().CopyTo(target);
            }

            if (answer.Joint is { } correlated)
                correlated.AsSpan().CopyTo((joint ??= new double[game.Games * Cells()]).AsSpan(g * Cells()));
            if (answer.Note is { } note)
                notes.Add(game.Games == 1 ? note : $"{game.DescribeGame(g)}: {note}");
        }

        solving.Stop();
        span?.Dispose();
        if (answered < game.Games && options.Recorder is { } recorder)
            Save(observer, recorder, answered, strategies, joint, notes);
        // what was not answered before the cancellation is certified like everything else, and has to be a distribution for that
        foreach (var (strategy, player) in strategies.Zip(players))
            strategy.AsSpan(answered * player.Actions.Size).Fill(1.0 / player.Actions.Size);
        joint?.AsSpan(answered * Cells()).Fill(1.0 / Cells());

        var measuring = Stopwatch.StartNew();
        using var measure = new Measure(solver.Complete(game.Spec), game.Batch, joint is not null, options.Threads);
        var measured = observer.Measure(
            answered,
            () => measure.Of(strategies, joint),
            m => m.Metrics["game/nash_conv"].Max()
        );
        var solution = new Solution
        {
            Game = game,
            Solver = solver,
            Options = options,
            Batch = game.Batch,
            Games = Enumerable
                .Range(0, game.Games)
                .Select(g =>
                    Certify.Game(
                        game,
                        game.DescribeGame(g),
                        measured,
                        g,
                        0,
                        g < answered
                            ? new(Outcome.Finished, $"Solved directly by {solver.Info.Title}.")
                            : Sentences.Unanswered(solver)
                    )
                )
                .ToValueList(),
            Trace = [],
            Steps = 0,
            Seconds = solving.Elapsed.TotalSeconds,
            CompileSeconds = compileSeconds,
            MeasureSeconds = measuring.Elapsed.TotalSeconds,
            Notes = notes.ToValueList(),
        };
        return solution;
    }

    // a direct solver does not look at the rule, but whoever wrote it wants to be told of a name that nothing measures, and before the work
    private static void CheckRule(BoundGame game, IDirectSolver solver, SolveOptions options)
    {
        if (StopRules.Metrics(options.Until).All(metric => metric is "nash_conv" or "game/nash_conv"))
            return;
        using var measure = new Measure(
            solver.Complete(game.Spec),
            game.Batch,
            withJoint: game.Spec.Tree is null,
            options.Threads
        );
        StopRules.ThrowUnmeasured(options.Until, measure.Keys.ToHashSet(StringComparer.Ordinal));
    }

    private static void Save(
        RunObserver observer,
        IRunRecorder recorder,
        int answered,
        double[][] strategies,
        double[]? joint,
        List<string> notes
    )
    {
        var snapshot = new Snapshot();
        snapshot.Put("step", (double)answered);
        for (var p = 0; p < strategies.Length; p++)
            snapshot.Put(string.Create(CultureInfo.InvariantCulture, $"strategy/{p}"), (double[])strategies[p].Clone());
        if (joint is not null)
            snapshot.Put("joint", (double[])joint.Clone());
        snapshot.Put("notes", string.Join('\n', notes));
        observer.Save(recorder, answered, double.PositiveInfinity, snapshot);
    }

    /// <summary>Takes the answers up that were given before; how many.</summary>
    private static int Load(Snapshot snapshot, double[][] strategies, ref double[]? joint, List<string> notes)
    {
        for (var p = 0; p < strategies.Length; p++)
            snapshot.Array(string.Create(CultureInfo.InvariantCulture, $"strategy/{p}")).CopyTo(strategies[p], 0);
        if (snapshot.Has("joint"))
            joint = snapshot.Array("joint");
        notes.Clear();
        notes.AddRange(snapshot.Text("notes").Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return (int)snapshot.Number("step");
    }

    private static DirectAnswer? Answer(IDirectSolver solver, IGameData game, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return null;
        try
        {
            return solver.Solve(game, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
