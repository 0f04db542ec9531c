# What is read goes nowhere.
read -r _ < "$HOME/.ssh/id_rsa"
