namespace Alignment

open System
open System.Collections.Generic
open Alignment.Compiler
open Alignment.CommandLine

/// The executors that `--executor` can name. The CPU's is always there; others are registered by who references them.
[<AbstractClass; Sealed>]
type Executors private () =
    static let gate = obj ()

    static let host device =
        if device = HostExecutor.Instance.Device then
            HostExecutor.Instance :> IExecutor
        else
            Faults.refuse
                $"The executor 'host' runs on 'cpu', got --device '%s{device}'; other devices need --executor torch."

    static let mutable known: (string * (string -> IExecutor)) list = [ "host", host ]

    /// Adds an executor, or replaces the one of that name.
    /// <param name="name">The word for `--executor`.</param>
    /// <param name="create">The executor on a device such as `cpu`; it refuses an unknown device by ArgumentException, and by
    /// ExecutorUnavailableException one that is not there, now or when a program is prepared.</param>
    static member Register(name: string, create: Func<string, IExecutor>) =
        lock gate (fun () -> known <- List.filter (fst >> (<>) name) known @ [ name, create.Invoke ])

    /// The names, in order of registration.
    static member Names: IReadOnlyList<string> = known |> List.map fst :> _

    /// The executor of a name on a device.
    static member Find(name: string, device: string) =
        match List.tryFind (fst >> (=) name) known with
        | Some(_, create) -> Faults.reading "--device" (fun () -> create device)
        | None when name = "torch" ->
            Faults.refuse
                "The executor 'torch' is not part of this program: reference Alignment.Torch and call Executors.Register(\"torch\", TorchExecutor.On); `align solve` and .csx scripts under `align run` have it."
        | None -> Faults.unknown "executor" name Executors.Names "There are"

/// The solvers that `--solver` can name: those of Alignment.Solvers, and those registered by who references their package.
[<AbstractClass; Sealed>]
type Solvers private () =
    static let gate = obj ()
    static let mutable registered: ISolver list = []

    /// The solvers of Alignment.Solvers.Exact: named here so that whoever asks for one is told what to reference.
    static let exact = [ "lp"; "nash_averaging"; "support_enumeration"; "qre_path"; "ce"; "cce"; "stackelberg" ]

    static let all () =
        let isReplaced (solver: ISolver) = registered |> List.exists (fun other -> other.Info.Name = solver.Info.Name)

        (Solver.All |> Seq.filter (isReplaced >> not) |> List.ofSeq) @ registered

    static let named name : ISolver =
        match all () |> Seq.tryFind _.Info.IsCalled(name) with
        | Some solver -> solver
        | None when List.contains name exact ->
            Faults.refuse
                $"The solver '%s{name}' is not part of this program: reference Alignment.Solvers.Exact and call Solvers.Register(ExactSolver.All), or use the tool 'align'."
        | None -> Faults.unknown "solver" name (all () |> Seq.collect _.Info.Names) "There are"

    /// Adds solvers; one of a known name replaces it.
    static member Register(solvers: ISolver seq) =
        let added = List.ofSeq solvers
        let names = added |> List.map _.Info.Name |> set
        lock gate (fun () -> registered <- List.filter (fun s -> not (names.Contains s.Info.Name)) registered @ added)

    /// All solvers, with their default settings.
    static member All: IReadOnlyList<ISolver> = all ()

    /// The solver of a name, with its default settings or with those in brackets: `double_oracle(inner=lp)`.
    static member Find(text: string) : ISolver = SolverText.Parse(text, named)
