namespace Alignment.Cli

open Alignment
open Alignment.CommandLine
open Alignment.Torch

/// What the tool has and a script has not: the executors and solvers with large natives.
module Registrations =
    let private torch device : Compiler.IExecutor =
        try
            TorchExecutor.On device
        with :? TorchUnavailableException as e ->
            Faults.refuse $"--executor torch: %s{e.Message}"

    /// Makes them known; once is enough, twice does no harm.
    let add () =
        Solvers.Register(Seq.cast<ISolver> ExactSolver.All)
        Executors.Register("torch", torch)
