using System.Diagnostics;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Alignment;

/// <summary>The one loop that trains: gradients from a task, steps, metrics, evaluation, checkpoints, and a way back.</summary>
internal sealed partial class Trainer : IDisposable
{
    private const int GoodEvery = 100; // steps between states to go back to

    private readonly ITrainingTask _task;
    private readonly TrainingOptions _options;
    private readonly AdamW _adam;
    private readonly TrainingHistory _history = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _step;
    private double _rate = 1; // what is left of the learning rate
    private int _rollbacks;
    private double _best = double.PositiveInfinity;
    private Snapshot? _good; // to go back to: follows from the steps alone, not from when checkpoints were due
    private Snapshot? _bestParameters;

    private Trainer(ITrainingTask task, TrainingOptions options)
    {
        (_task, _options) = (task, options);
        _adam = new(task.Parameters, options);
    }

    /// <summary>Trains.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="RunStoreException">The run cannot be kept, or not go on.</exception>
    public static TrainingResult Run(ITrainingTask task, TrainingOptions options, CancellationToken cancellationToken)
    {
        if (options.Fault() is { } fault)
            throw new ArgumentException($"Training, {fault}.");
        using var trainer = new Trainer(task, options);
        return trainer.Run(cancellationToken);
    }

    public void Dispose() => _adam.Dispose();

    private TrainingResult Run(CancellationToken cancellationToken)
    {
        Begin();
        _good ??= State();
        while (_step < _options.Steps)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                Save();
                return Ended(
                    TrainingOutcome.Cancelled,
                    $"Cancelled after {Quote.Count(_step)} of {Quote.Count(_options.Steps)} steps; it can go on from there."
                );
            }

            if (!Step() && !GoBack())
                return Ended(
                    TrainingOutcome.Diverged,
                    $"The loss or its gradient was not finite after {Quote.Count(_step)} steps, {_options.MaxRollbacks} times with ever smaller steps; lower the learning rate, or look at the data."
                );
        }

        if (_options.KeepBest && _bestParameters is not null)
            _adam.LoadParameters(_bestParameters);
        return Ended(TrainingOutcome.Finished, $"Done: {Quote.Count(_step)} steps.");
    }

    private void Begin()
    {
        if (_options.Recorder is not { } recorder)
            return;
        recorder.Begin(new RunSubject(_task.Name, Spec(), Identity()), _options.Logger);
        if (recorder.Resume is not { } snapshot)
            return;
        _adam.Load(snapshot);
        _step = (long)snapshot.Number("step");
        _rate = snapshot.Number("rate");
        _rollbacks = (int)snapshot.Number("rollbacks");
        _best = snapshot.Number("best");
        _history.Load(snapshot.Part("history"));
        if (snapshot.Has("best/step"))
            _bestParameters = snapshot.Part("best");
        if (snapshot.Has("good/step"))
            _good = snapshot.Part("good");
    }

    /// <summary>One step; false where it would not stay finite.</summary>
    private bool Step()
    {
        using var scope = NewDisposeScope();
        _adam.Clear();
        IReadOnlyDictionary<string, double> metrics;
        try
        {
            metrics = _task.Backward(_step);
        }
        catch (ArithmeticException)
        {
            return false; // the network's own numbers are not finite
        }

        using var quiet = no_grad();
        var norm = _adam.Clip();
        if (!double.IsFinite(metrics["loss"]) || !double.IsFinite(norm))
            return false;
        var rate = _rate * _options.LearningRate * _options.RateAt(_step);
        _adam.Step(rate, _step + 1);
        _step++;
        var isEvaluated =
            _options.EvaluateEvery > 0 && (_step % _options.EvaluateEvery == 0 || _step == _options.Steps);
        var evaluated = isEvaluated ? _task.Evaluate() : null;
        if (evaluated is not null)
            Judge(evaluated["eval_loss"]);
        if (_step % _options.LogEvery == 0 || _step == 1 || _step == _options.Steps || evaluated is not null)
            Tell(metrics, evaluated, norm, rate);
        _options.Progress?.Report(new(_step, _options.Steps, metrics["loss"], _clock.Elapsed.TotalSeconds));
        if (_step % GoodEvery == 0)
            _good = State();
        if (_options.Recorder is { IsDue: true })
            Save();
        return true;
    }

    private void Judge(double loss)
    {
        if (!(loss < _best))
            return;
        _best = loss;
        if (!_options.KeepBest)
            return;
        _bestParameters = new();
        _bestParameters.Put("step", _step);
        foreach (var (name, value) in _task.Parameters)
            _bestParameters.Put($"parameter/{name}", TensorNumbers.Pack(value));
    }

    private void Tell(
        IReadOnlyDictionary<string, double> metrics,
        IReadOnlyDictionary<string, double>? evaluated,
        double norm,
        double rate
    )
    {
        var line = new Dictionary<string, double>(metrics, StringComparer.Ordinal)
        {
            ["grad_norm"] = norm,
            ["learning_rate"] = rate,
        };
        foreach (var (key, value) in evaluated ?? new Dictionary<string, double>())
            line[key] = value;
        _history.Add(line);
        _options.Recorder?.Measured(new TracePoint(_step, _clock.Elapsed.TotalSeconds, line));
        if (
            _task.Warning(_history.Lines) is { } warning
            && !_history.Warnings.Contains(warning, StringComparer.Ordinal)
        )
            Warn(_step, warning);
    }

    private bool GoBack()
    {
        if (_rollbacks == _options.MaxRollbacks)
            return false;
        _rollbacks++;
        _rate /= 2;
        var failed = _step;
        _adam.Load(_good!);
        _step = (long)_good!.Number("step");
        var warning =
            $"The loss or its gradient was not finite at step {Quote.Count(failed + 1)}; went back to step {Quote.Count(_step)}, with half of the learning rate.";
        Warn(failed, warning);
        return true;
    }

    private void Warn(long step, string warning)
    {
        _history.Warn(warning);
        Warned(_options.Logger, step, warning);
    }

    private void Save()
    {
        var snapshot = State();
        if ((long)_good!.Number("step") != _step)
            snapshot.Put("good", _good);
        snapshot.Put("history", _history.Save());
        // the best parameters are inside, so that none is the best by itself
        _options.Recorder?.Save(_step, double.PositiveInfinity, snapshot);
    }

    private Snapshot State()
    {
        var snapshot = new Snapshot();
        snapshot.Put("step", _step);
        snapshot.Put("rate", _rate);
        snapshot.Put("rollbacks", _rollbacks);
        snapshot.Put("best", _best);
        if (_bestParameters is not null)
            snapshot.Put("best", _bestParameters);
        _adam.Save(snapshot);
        return snapshot;
    }

    private string Spec() =>
        $"training {_task.Name}\n{string.Join('\n', Identity().Select(pair => $"{pair.Key}: {pair.Value}"))}";

    private SortedDictionary<string, string> Identity() =>
        new(_task.Identity.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal)
        {
            ["steps"] = Quote.Count(_options.Steps),
            ["batch_size"] = Quote.Count(_options.BatchSize),
            ["accumulation"] = Quote.Count(_options.Accumulation),
            ["learning_rate"] = Quote.Number(_options.LearningRate),
            ["schedule"] = _options.Schedule.ToString(),
            ["warmup_steps"] = Quote.Count(_options.WarmupSteps),
            ["weight_decay"] = Quote.Number(_options.WeightDecay),
            ["adam"] =
                $"{Quote.Number(_options.Beta1)}, {Quote.Number(_options.Beta2)}, {Quote.Number(_options.Epsilon)}",
            ["max_grad_norm"] = Quote.Number(_options.MaxGradientNorm),
            ["evaluations"] = $"{Quote.Count(_options.EvaluateEvery)}{(_options.KeepBest ? ", the best is kept" : "")}",
            // element-wise work is shared out by threads, and functions at the end of a share are rounded otherwise
            ["threads"] = Quote.Count(get_num_threads()),
            ["seed"] = _options.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };

    private TrainingResult Ended(TrainingOutcome outcome, string sentence) =>
        new(_step, outcome, sentence, _history.Last, _history.Warnings.ToValueList());

    [LoggerMessage(Level = LogLevel.Warning, Message = "step {Step}: {Warning}")]
    private static partial void Warned(ILogger logger, long step, string warning);
}
